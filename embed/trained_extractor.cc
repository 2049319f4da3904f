#include <algorithm>
#include <optional>
#include <utility>

#include "embed/event_extractor.h"
#include "embed/event_net.h"
#include "embed/event_rules.h"
#include "embed/plain_reading.h"
#include "embed/tagger_arguments.h"
#include "fmt/format.h"
#include "storage/durable_file.h"
#include "storage/sha256.h"

namespace imago {
namespace {

// Of a sentence; the rules read what is beyond. Captions have less, and roles take time for each.
constexpr int kMostTagged = 12;

class TrainedExtractor : public EventExtractor {
 public:
  TrainedExtractor(EventOntology ontology, TaggerConfig config)
      : ontology_(std::move(ontology)),
        lexicon_(ontology_),
        config_(std::move(config)),
        names_(config_) {
    for (size_t i = 0; i < ontology_.types().size(); ++i) {
      const int type = names_.Type(ontology_.types()[i].name);
      if (type > 0) numbers_[type] = static_cast<int>(i);
    }
  }

  // Both before the first Extract.
  absl::Status Load(const SafetensorsFile& file, std::string name) {
    auto net = EventNet::Read(file, names_, config_.pieces.size());
    if (!net.ok()) return net.status();
    net_ = std::make_unique<EventNet>(*std::move(net));
    name_ = std::move(name);
    return absl::OkStatus();
  }

  absl::Status LoadPieces() {
    if (config_.pieces.empty()) return absl::OkStatus();
    auto pieces = PieceReader::Make(config_.pieces);
    if (!pieces.ok()) return pieces.status();
    pieces_.emplace(*std::move(pieces));
    return absl::OkStatus();
  }

  std::string name() const override { return name_; }
  const EventOntology& ontology() const override { return ontology_; }

  absl::StatusOr<std::vector<Event>> Extract(const Content& content) const override {
    const auto text = TextOfEvents(content);
    if (!text.ok()) return text.status();
    std::vector<Event> events;
    for (const TextSentence& sentence : ReadSentences(**text)) {
      const RuleReading reading = ReadByRules(sentence, lexicon_);
      for (const DraftEvent& draft : Drafts(reading)) {
        events.push_back(FinishEvent(**text, reading.words, lexicon_, draft));
      }
    }
    return events;
  }

 private:
  std::vector<DraftEvent> Drafts(const RuleReading& reading) const {
    const EventNet::Encoded words =
        net_->Encode(FeaturesOf(reading, lexicon_, names_),
                     pieces_ ? pieces_->Read(reading.words) : WordPieces());
    const Matrix types = net_->Types(words);
    std::vector<DraftEvent> drafts;
    int count = 0;
    for (size_t word = 0; word < reading.words.size(); ++word) {
      const DraftEvent* rule = DraftAt(reading, word);
      std::optional<DraftEvent> tagged;
      const bool open = count < kMostTagged && !StaysRules(rule, reading, word);
      if (open) tagged = TagWord(reading, types, word);
      if (tagged) {
        ++count;
        if (rule != nullptr && !Learned(reading, word)) tagged->type = rule->type;
        AddRoles(reading, words, rule, *tagged);
        drafts.push_back(*std::move(tagged));
      } else if (rule != nullptr && !(open && Decides(*rule, reading, word))) {
        drafts.push_back(*rule);
      }
    }
    return drafts;
  }

  // A type that came with somebody's own ontology, or a word that the tagger has not learned and
  // whose type it has not either.
  bool StaysRules(const DraftEvent* rule, const RuleReading& reading, size_t word) const {
    if (rule == nullptr) return false;
    const std::string& type = lexicon_.type(rule->type).name;
    return names_.OntologyType(type) == 0 || (!Learned(reading, word) && names_.Type(type) == 0);
  }

  bool Learned(const RuleReading& reading, size_t word) const {
    return names_.Word(reading.words[word].token->lower) > 0;
  }

  // Whether it counts that the tagger sees no event where the rules do.
  bool Decides(const DraftEvent& rule, const RuleReading& reading, size_t word) const {
    const EventType& type = lexicon_.type(rule.type);
    return names_.Type(type.name) > 0 && Learned(reading, word) &&
           !IsPlainReading(reading, rule, type);
  }

  std::optional<DraftEvent> TagWord(const RuleReading& reading, const Matrix& types,
                                    size_t word) const {
    const float* row = types.row(word);
    const bool spoken = reading.words[word].tag == Tag::kBreak;  // or no word
    if (spoken || !reading.words[word].token->word || 1 - row[0] < config_.trigger_threshold) {
      return std::nullopt;
    }
    const auto best = std::max_element(row + 1, row + types.cols());
    const int number = numbers_[best - row];
    if (number < 0) return std::nullopt;
    DraftEvent draft;
    draft.type = number;
    draft.trigger = word;
    draft.confidence = std::min(double{*best}, 1.0);
    return draft;
  }

  void AddRoles(const RuleReading& reading, const EventNet::Encoded& words, const DraftEvent* rule,
                DraftEvent& draft) const {
    const EventType& type = lexicon_.type(draft.type);
    const int number = names_.Type(type.name);
    const Matrix roles =
        net_->Roles(words, draft.trigger, number, RuleRoles(reading, draft.trigger, names_));
    ArgumentPicker picker(reading, rule, draft);
    for (size_t word = 0; word < reading.words.size(); ++word) {
      const float* row = roles.row(word);
      const auto best = std::max_element(row + 1, row + roles.cols());
      const EventRole* role = type.FindRole(names_.role(static_cast<int>(best - row)));
      if (role != nullptr && role->name == "Origin" && IsPlace(rule, word)) {
        role = type.FindRole("Place");
      }
      if (*best >= config_.argument_threshold && role != nullptr &&
          !IsElsewhere(reading, draft, *role, word)) {
        picker.Add(role->name, word, std::min(double{*best}, 1.0));
      }
    }
    if (rule == nullptr || rule->type != draft.type) return picker.Sort();
    // "Soldiers attacked a town.": nothing but subject and object.
    const bool plain = rule->arguments.size() == 2 && IsPlainReading(reading, *rule, type);
    for (const DraftArgument& one : rule->arguments) {
      if (plain || !names_.TypeHasRole(number, names_.Role(one.role)) ||
          IsJoined(reading, one, draft)) {
        picker.AddOfRules(one);
      }
    }
    picker.Sort();
  }

  // "Police and soldiers arrested a man.": whether the rules read it in the same role as what it is
  // joined with, and the tagger has put that there too.
  static bool IsJoined(const RuleReading& reading, const DraftArgument& one,
                       const DraftEvent& draft) {
    const auto joins = [&](const WordRange& first, const WordRange& second) {
      return second.first == first.last + 2 &&
             reading.words[first.last + 1].tag == Tag::kConjunction;
    };
    return std::any_of(draft.arguments.begin(), draft.arguments.end(),
                       [&](const DraftArgument& tagged) {
                         return tagged.role == one.role &&
                                (joins(tagged.words, one.words) || joins(one.words, tagged.words));
                       });
  }

  // Whether the rules read the word as where it all happens. They would read "from" as the origin.
  static bool IsPlace(const DraftEvent* rule, size_t word) {
    return rule != nullptr && std::any_of(rule->arguments.begin(), rule->arguments.end(),
                                          [word](const DraftArgument& one) {
                                            return one.head.last == word && one.role == "Place";
                                          });
  }

  // A place that is another verb's, one that the tagger has not learned: "a man arrested by police
  // sits in a car".
  bool IsElsewhere(const RuleReading& reading, const DraftEvent& draft, const EventRole& role,
                   size_t word) const {
    if (role.name != "Place") return false;
    return std::any_of(reading.drafts.begin(), reading.drafts.end(), [&](const DraftEvent& other) {
      return other.trigger > draft.trigger && other.source == EventCue::kVerb &&
             names_.Type(lexicon_.type(other.type).name) == 0 &&
             std::any_of(other.arguments.begin(), other.arguments.end(),
                         [&](const DraftArgument& one) {
                           return one.head.last == word && one.role != role.name;
                         });
    });
  }

  static const DraftEvent* DraftAt(const RuleReading& reading, size_t word) {
    const auto found = std::find_if(reading.drafts.begin(), reading.drafts.end(),
                                    [word](const DraftEvent& one) { return one.trigger == word; });
    return found == reading.drafts.end() ? nullptr : &*found;
  }

  const EventOntology ontology_;
  const EventLexicon lexicon_;
  const TaggerConfig config_;
  const TaggerNames names_;
  // The ontology's number of each type that was learned, -1 for none of them.
  std::vector<int> numbers_ = std::vector<int>(names_.types() + 1, -1);
  std::unique_ptr<EventNet> net_;
  std::optional<PieceReader> pieces_;
  std::string name_;
};

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventExtractor>> OpenTrainedExtractor(EventOntology ontology,
                                                                     const std::string& dir) {
  const std::string config_path = dir + "/tagger.json";
  const std::string weights_path = dir + "/weights.safetensors";
  const auto json = ReadWholeFile(config_path);
  if (!json.ok()) return json.status();
  auto config = ParseTaggerConfig(*json);
  if (!config.ok()) return Named(config_path, config.status());
  const auto file = SafetensorsFile::Open(weights_path);
  if (!file.ok()) return file.status();
  const auto hash = Sha256File(weights_path);
  if (!hash.ok()) return hash.status();
  // What the card says decides nothing.
  TaggerConfig bare = *config;
  bare.card_json = "{}";
  std::string name =
      fmt::format("{}@{}", config->name, Sha256(*hash + TaggerConfigToJson(bare)).substr(0, 8));
  auto extractor = std::make_unique<TrainedExtractor>(std::move(ontology), *std::move(config));
  if (auto status = extractor->LoadPieces(); !status.ok()) return Named(config_path, status);
  if (auto status = extractor->Load(*file, std::move(name)); !status.ok()) {
    return Named(weights_path, status);
  }
  return extractor;
}

}  // namespace imago
