#include "embed/event_verbs.h"

#include <algorithm>
#include <iterator>

namespace imago {
namespace {

struct Irregular {
  std::string_view lemma, past, participle;
};

constexpr Irregular kIrregular[] = {
    {"arise", "arose", "arisen"},
    {"bear", "bore", "born"},
    {"beat", "beat", "beaten"},
    {"become", "became", "become"},
    {"begin", "began", "begun"},
    {"behold", "beheld", "beheld"},
    {"bend", "bent", "bent"},
    {"bet", "bet", "bet"},
    {"bind", "bound", "bound"},
    {"bite", "bit", "bitten"},
    {"bleed", "bled", "bled"},
    {"blow", "blew", "blown"},
    {"break", "broke", "broken"},
    {"bring", "brought", "brought"},
    {"broadcast", "broadcast", "broadcast"},
    {"build", "built", "built"},
    {"burst", "burst", "burst"},
    {"buy", "bought", "bought"},
    {"cast", "cast", "cast"},
    {"catch", "caught", "caught"},
    {"choose", "chose", "chosen"},
    {"cling", "clung", "clung"},
    {"come", "came", "come"},
    {"cut", "cut", "cut"},
    {"deal", "dealt", "dealt"},
    {"dig", "dug", "dug"},
    {"do", "did", "done"},
    {"draw", "drew", "drawn"},
    {"drink", "drank", "drunk"},
    {"drive", "drove", "driven"},
    {"eat", "ate", "eaten"},
    {"fall", "fell", "fallen"},
    {"feed", "fed", "fed"},
    {"feel", "felt", "felt"},
    {"fight", "fought", "fought"},
    {"find", "found", "found"},
    {"flee", "fled", "fled"},
    {"fling", "flung", "flung"},
    {"fly", "flew", "flown"},
    {"forget", "forgot", "forgotten"},
    {"forgive", "forgave", "forgiven"},
    {"freeze", "froze", "frozen"},
    {"get", "got", "gotten"},
    {"give", "gave", "given"},
    {"go", "went", "gone"},
    {"grind", "ground", "ground"},
    {"grow", "grew", "grown"},
    {"hang", "hung", "hung"},
    {"have", "had", "had"},
    {"hear", "heard", "heard"},
    {"hide", "hid", "hidden"},
    {"hit", "hit", "hit"},
    {"hold", "held", "held"},
    {"hurt", "hurt", "hurt"},
    {"keep", "kept", "kept"},
    {"kneel", "knelt", "knelt"},
    {"know", "knew", "known"},
    {"lay", "laid", "laid"},
    {"lead", "led", "led"},
    {"leave", "left", "left"},
    {"lend", "lent", "lent"},
    {"let", "let", "let"},
    {"lie", "lay", "lain"},
    {"light", "lit", "lit"},
    {"lose", "lost", "lost"},
    {"make", "made", "made"},
    {"mean", "meant", "meant"},
    {"meet", "met", "met"},
    {"overthrow", "overthrew", "overthrown"},
    {"pay", "paid", "paid"},
    {"put", "put", "put"},
    {"quit", "quit", "quit"},
    {"read", "read", "read"},
    {"rebuild", "rebuilt", "rebuilt"},
    {"ride", "rode", "ridden"},
    {"ring", "rang", "rung"},
    {"rise", "rose", "risen"},
    {"run", "ran", "run"},
    {"say", "said", "said"},
    {"see", "saw", "seen"},
    {"seek", "sought", "sought"},
    {"sell", "sold", "sold"},
    {"send", "sent", "sent"},
    {"set", "set", "set"},
    {"sew", "sewed", "sewn"},
    {"shake", "shook", "shaken"},
    {"shear", "sheared", "shorn"},
    {"shoot", "shot", "shot"},
    {"show", "showed", "shown"},
    {"shut", "shut", "shut"},
    {"sing", "sang", "sung"},
    {"sink", "sank", "sunk"},
    {"sit", "sat", "sat"},
    {"slay", "slew", "slain"},
    {"sleep", "slept", "slept"},
    {"slide", "slid", "slid"},
    {"sow", "sowed", "sown"},
    {"speak", "spoke", "spoken"},
    {"spend", "spent", "spent"},
    {"spin", "spun", "spun"},
    {"spit", "spat", "spat"},
    {"split", "split", "split"},
    {"spread", "spread", "spread"},
    {"stand", "stood", "stood"},
    {"steal", "stole", "stolen"},
    {"stick", "stuck", "stuck"},
    {"sting", "stung", "stung"},
    {"strike", "struck", "struck"},
    {"string", "strung", "strung"},
    {"swear", "swore", "sworn"},
    {"sweep", "swept", "swept"},
    {"swim", "swam", "swum"},
    {"swing", "swung", "swung"},
    {"take", "took", "taken"},
    {"teach", "taught", "taught"},
    {"tear", "tore", "torn"},
    {"tell", "told", "told"},
    {"think", "thought", "thought"},
    {"throw", "threw", "thrown"},
    {"understand", "understood", "understood"},
    {"wear", "wore", "worn"},
    {"weave", "wove", "woven"},
    {"wed", "wed", "wed"},
    {"weep", "wept", "wept"},
    {"win", "won", "won"},
    {"withdraw", "withdrew", "withdrawn"},
    {"wring", "wrung", "wrung"},
    {"write", "wrote", "written"},
};

struct IrregularNoun {
  std::string_view singular, plural;
};
constexpr IrregularNoun kIrregularNouns[] = {{"child", "children"}, {"person", "people"},
                                             {"foot", "feet"},      {"sheep", "sheep"},
                                             {"fish", "fish"},      {"tooth", "teeth"}};

bool IsVowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

bool EndsInConsonantY(std::string_view word) {
  return word.size() > 1 && word.back() == 'y' && !IsVowel(word[word.size() - 2]);
}

std::string WithoutLast(std::string_view word) {
  return std::string(word.substr(0, word.size() - 1));
}

std::string WithS(std::string_view word) {
  if (EndsInConsonantY(word)) return WithoutLast(word) + "ies";
  const bool hisses = word.ends_with('s') || word.ends_with('x') || word.ends_with('z') ||
                      word.ends_with("ch") || word.ends_with("sh") ||
                      (word.ends_with('o') && word.size() > 1 && !IsVowel(word[word.size() - 2]));
  return std::string(word) + (hisses ? "es" : "s");
}

// Consonant, vowel, consonant at the end: the last one may be doubled.
bool MayDouble(std::string_view word) {
  if (word.size() < 3) return false;
  const char last = word.back();
  const char before = word[word.size() - 3];
  return !IsVowel(last) && std::string_view("wxy").find(last) == std::string_view::npos &&
         IsVowel(word[word.size() - 2]) && (!IsVowel(before) || word.ends_with("uit"));
}

int Syllables(std::string_view word) {
  int count = 0;
  for (size_t i = 0; i < word.size(); ++i) {
    count += IsVowel(word[i]) && (i == 0 || !IsVowel(word[i - 1])) ? 1 : 0;
  }
  return count;
}

// Words of one syllable double; of longer ones both spellings are known.
std::vector<std::string> Stems(std::string_view lemma) {
  const std::string plain(lemma);
  if (!MayDouble(lemma)) return {plain};
  const std::string doubled = plain + lemma.back();
  if (Syllables(lemma) == 1) return {doubled};
  return {plain, doubled};
}

std::vector<std::string> Gerunds(std::string_view lemma) {
  if (lemma.ends_with("ie")) return {std::string(lemma.substr(0, lemma.size() - 2)) + "ying"};
  const bool silent_e = lemma.size() > 2 && lemma.ends_with('e') && !lemma.ends_with("ee") &&
                        !lemma.ends_with("oe") && !lemma.ends_with("ye");
  if (silent_e) return {WithoutLast(lemma) + "ing"};
  std::vector<std::string> words = Stems(lemma);
  for (std::string& word : words) word += "ing";
  return words;
}

std::vector<std::string> RegularPasts(std::string_view lemma) {
  if (lemma.ends_with('e')) return {std::string(lemma) + "d"};
  if (EndsInConsonantY(lemma)) return {WithoutLast(lemma) + "ied"};
  std::vector<std::string> words = Stems(lemma);
  for (std::string& word : words) word += "ed";
  return words;
}

const Irregular* FindIrregular(std::string_view lemma) {
  const auto* found = std::find_if(std::begin(kIrregular), std::end(kIrregular),
                                   [&](const Irregular& verb) { return verb.lemma == lemma; });
  return found == std::end(kIrregular) ? nullptr : found;
}

void Add(const std::string& word, unsigned form, std::vector<InflectedVerb>& out) {
  for (InflectedVerb& known : out) {
    if (known.word != word) continue;
    known.forms |= form;
    return;
  }
  out.push_back({word, form});
}

}  // namespace

std::vector<InflectedVerb> InflectVerb(std::string_view lemma) {
  std::vector<InflectedVerb> out;
  if (lemma.empty()) return out;
  Add(std::string(lemma), kBaseForm, out);
  Add(WithS(lemma), kThirdForm, out);
  for (const std::string& word : Gerunds(lemma)) Add(word, kGerundForm, out);
  if (const Irregular* verb = FindIrregular(lemma)) {
    Add(std::string(verb->past), kPastForm, out);
    Add(std::string(verb->participle), kParticipleForm, out);
    return out;
  }
  for (const std::string& word : RegularPasts(lemma)) Add(word, kPastForm | kParticipleForm, out);
  if (lemma == "burn") Add("burnt", kPastForm | kParticipleForm, out);
  return out;
}

std::string ThirdPerson(std::string_view lemma) { return lemma == "have" ? "has" : WithS(lemma); }
std::string Gerund(std::string_view lemma) { return Gerunds(lemma).front(); }

std::string PastTense(std::string_view lemma) {
  const Irregular* verb = FindIrregular(lemma);
  return verb != nullptr ? std::string(verb->past) : RegularPasts(lemma).front();
}

std::string Participle(std::string_view lemma) {
  const Irregular* verb = FindIrregular(lemma);
  return verb != nullptr ? std::string(verb->participle) : RegularPasts(lemma).front();
}

std::string Plural(std::string_view noun) {
  for (const IrregularNoun& known : kIrregularNouns) {
    if (noun == known.singular) return std::string(known.plural);
  }
  const bool man = noun.ends_with("man") && noun != "human" && noun != "german" && noun != "roman";
  if (man) return std::string(noun.substr(0, noun.size() - 3)) + "men";
  return WithS(noun);
}

}  // namespace imago
