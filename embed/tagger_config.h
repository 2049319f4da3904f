#ifndef IMAGO_EMBED_TAGGER_CONFIG_H_
#define IMAGO_EMBED_TAGGER_CONFIG_H_

// What a trained tagger of events knows by name. It lies beside its weights as tagger.json:
//   {"format":1, "name":"imago-event-tagger", "trigger_threshold":0.5, "argument_threshold":0.35,
//    "types":[{"type":"Arrest","roles":[...]}], "ontology":["Arrest", ...], "words":["a", ...],
//    "more_words":["aback", ...], "pieces":["[PAD]", ...], "card":{"trained_on":..., ...}}
// All keys but "pieces" and "card" are required, unknown ones are errors.

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct TaggedType {
  std::string type;
  std::vector<std::string> roles;

  friend bool operator==(const TaggedType&, const TaggedType&) = default;
};

struct TaggerConfig {
  std::string name = "imago-event-tagger";
  double trigger_threshold = 0.5;       // the least probability that a word tells of an event
  double argument_threshold = 0.35;     // and that a word has a role
  std::vector<std::string> words;       // lower case; those that it was trained with
  std::vector<std::string> more_words;  // others that it has a vector of
  std::vector<std::string> pieces;      // that it reads words in context by (PieceReader), or none
  std::vector<std::string> ontology;    // the types that the rules had when it was trained
  std::vector<TaggedType> types;        // those it has learned
  std::string card_json = "{}";         // an object

  friend bool operator==(const TaggerConfig&, const TaggerConfig&) = default;
};

// kInvalidArgument names the key that is unknown, missing, twice or out of range.
absl::StatusOr<TaggerConfig> ParseTaggerConfig(const std::string& json);
std::string TaggerConfigToJson(const TaggerConfig& config);

// A config's names as numbers from 1; 0 is what is not among them.
class TaggerNames {
 public:
  explicit TaggerNames(const TaggerConfig& config);

  // Of the words it was trained with; and of all that have a vector, those first.
  int Word(const std::string& lower) const {
    const int number = Find(words_, lower);
    return number <= trained_words_ ? number : 0;
  }
  int Vector(const std::string& lower) const { return Find(words_, lower); }
  int OntologyType(const std::string& type) const { return Find(ontology_, type); }
  int Type(const std::string& type) const { return Find(types_, type); }
  int Role(const std::string& role) const { return Find(roles_, role); }
  const std::string& type(int number) const { return type_names_[number - 1]; }
  const std::string& role(int number) const { return role_names_[number - 1]; }
  bool TypeHasRole(int type, int role) const { return has_role_[type][role]; }

  size_t words() const { return static_cast<size_t>(trained_words_); }
  size_t vectors() const { return words_.size(); }
  size_t ontology() const { return ontology_.size(); }
  size_t types() const { return type_names_.size(); }
  size_t roles() const { return role_names_.size(); }

 private:
  using Numbers = std::unordered_map<std::string, int>;
  static int Find(const Numbers& numbers, const std::string& name) {
    const auto found = numbers.find(name);
    return found == numbers.end() ? 0 : found->second;
  }

  int trained_words_ = 0;
  Numbers words_;
  Numbers ontology_;
  Numbers types_;
  Numbers roles_;
  std::vector<std::string> type_names_;
  std::vector<std::string> role_names_;      // in the order in which the types name them
  std::vector<std::vector<bool>> has_role_;  // [types + 1][roles + 1]
};

}  // namespace imago

#endif  // IMAGO_EMBED_TAGGER_CONFIG_H_
