#include "query/filler.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "absl/strings/str_cat.h"
#include "embed/event_verbs.h"
#include "embed/event_words.h"

namespace imago {
namespace {

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '-' || c == '\'' || c == '&';
}

std::vector<std::string> WordsOf(std::string_view phrase) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : phrase) {
    if (IsWordByte(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(LowerAscii(std::exchange(word, "")));
    }
  }
  if (!word.empty()) words.push_back(LowerAscii(word));
  return words;
}

bool IsArticle(const std::string& word) {
  const WordClass kind = ClassOf(word);
  return kind == WordClass::kDeterminer || kind == WordClass::kPossessive;
}

bool EndsHead(const std::string& word) {
  const WordClass kind = ClassOf(word);
  return kind == WordClass::kPreposition || kind == WordClass::kTo ||
         kind == WordClass::kRelative || kind == WordClass::kConjunction ||
         kind == WordClass::kClauseStart;
}

bool IsFunctionWord(const std::string& word) {
  const WordClass kind = ClassOf(word);
  return EndsHead(word) || IsArticle(word) || kind == WordClass::kBe || kind == WordClass::kHave ||
         kind == WordClass::kPronoun;
}

std::vector<std::string> NormalWords(std::string_view phrase) {
  std::vector<std::string> words = WordsOf(phrase);
  const auto first = std::find_if_not(words.begin(), words.end(), IsArticle);
  if (first != words.end()) words.erase(words.begin(), first);
  for (std::string& word : words) word = Singular(word);
  return words;
}

// "boxes", "churches", "glasses"; but "horses" is of "horse".
bool TakesEs(std::string_view stem) {
  return stem.ends_with('x') || stem.ends_with("ch") || stem.ends_with("sh") ||
         stem.ends_with("ss") || stem == "bus";
}

// "knives"; empty for other words.
std::string_view SingularOfVes(std::string_view word) {
  constexpr std::array<std::string_view, 12> kSingulars = {"knife", "wife",  "life",  "wolf",
                                                           "leaf",  "shelf", "half",  "calf",
                                                           "thief", "loaf",  "scarf", "hoof"};
  const auto* found = std::find_if(kSingulars.begin(), kSingulars.end(), [word](auto singular) {
    const size_t stem = singular.size() - (singular.ends_with('e') ? 2 : 1);
    return word.size() == stem + 3 && word.starts_with(singular.substr(0, stem)) &&
           word.ends_with("ves");
  });
  return found == kSingulars.end() ? std::string_view() : *found;
}

}  // namespace

std::string Singular(std::string_view noun) {
  const std::string word = LowerAscii(noun);
  if (word == "people") return "person";
  if (const std::string_view singular = SingularOfVes(word); !singular.empty()) {
    return std::string(singular);
  }
  // Guesses count only where English makes this very plural of them.
  const auto is_plural_of = [&word](const std::string& guess) {
    return guess.size() > 1 && guess != word && Plural(guess) == word;
  };
  std::vector<std::string> guesses;
  if (word.ends_with("men")) guesses.push_back(word.substr(0, word.size() - 3) + "man");
  if (word == "children") guesses.emplace_back("child");
  if (word == "feet") guesses.emplace_back("foot");
  if (word == "teeth") guesses.emplace_back("tooth");
  if (word == "mice") guesses.emplace_back("mouse");
  if (word == "geese") guesses.emplace_back("goose");
  if (word.ends_with('s') && IsPlural(word)) {
    if (word.ends_with("ies")) guesses.push_back(word.substr(0, word.size() - 3) + "y");
    const std::string without_es = word.ends_with("es") ? word.substr(0, word.size() - 2) : "";
    if (TakesEs(without_es)) guesses.push_back(without_es);
    guesses.push_back(word.substr(0, word.size() - 1));
    if (!without_es.empty()) guesses.push_back(without_es);
  }
  const auto found = std::find_if(guesses.begin(), guesses.end(), is_plural_of);
  return found == guesses.end() ? word : *found;
}

std::string NormalPhrase(std::string_view phrase) {
  std::string normal;
  for (const std::string& word : NormalWords(phrase)) {
    if (!normal.empty()) normal += ' ';
    normal += word;
  }
  return normal;
}

FillerQuery ReadFillerQuery(std::string_view filler) {
  FillerQuery query;
  query.phrase = NormalPhrase(filler);
  const std::vector<std::string> words = NormalWords(filler);
  if (words.empty()) return query;
  auto end = std::find_if(words.begin() + 1, words.end(), EndsHead);
  const auto head = end - 1;
  query.head = *head;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word != head && !IsFunctionWord(*word)) query.others.push_back(*word);
  }
  return query;
}

double ShareOfWords(const std::vector<std::string>& words, std::string_view phrase) {
  if (words.empty()) return 1;
  const std::string spaced = absl::StrCat(" ", std::string(phrase), " ");
  const auto is_there = [&spaced](const std::string& word) {
    return spaced.find(absl::StrCat(" ", word, " ")) != std::string::npos;
  };
  return static_cast<double>(std::count_if(words.begin(), words.end(), is_there)) /
         static_cast<double>(words.size());
}

}  // namespace imago
