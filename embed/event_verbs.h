#ifndef IMAGO_EMBED_EVENT_VERBS_H_
#define IMAGO_EMBED_EVENT_VERBS_H_

// English inflection, from the lemma outwards: the forms of a verb are generated and looked up, so
// that nothing is guessed from the end of a word. Lower-case words.

#include <string>
#include <string_view>
#include <vector>

namespace imago {

// A form of a verb may be several of these at once ("put", "attacked").
enum VerbForm : unsigned {
  kBaseForm = 1,        // carry
  kThirdForm = 2,       // carries
  kGerundForm = 4,      // carrying
  kPastForm = 8,        // carried
  kParticipleForm = 16  // carried, as in "was carried"
};

struct InflectedVerb {
  std::string word;
  unsigned forms = 0;  // of VerbForm
};

// Every spelling of every form, British ones too ("travelled").
std::vector<InflectedVerb> InflectVerb(std::string_view lemma);
std::string ThirdPerson(std::string_view lemma);
std::string Gerund(std::string_view lemma);
std::string PastTense(std::string_view lemma);
std::string Participle(std::string_view lemma);

// "rallies" for "rally", "men" for "man".
std::string Plural(std::string_view noun);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_VERBS_H_
