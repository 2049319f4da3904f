#include "embed/word_pairs.h"

#include <cmath>
#include <sstream>

namespace imago {
namespace {

// With an empty word before the first and after the last.
std::vector<std::string> WordsOfLine(const std::string& text) {
  std::vector<std::string> words = {""};
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  words.emplace_back();
  return words;
}

template <typename Map, typename Key>
double CountOf(const Map& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : static_cast<double>(found->second);
}

}  // namespace

WordPairs::WordPairs(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::vector<std::string> words = WordsOfLine(text);
    for (size_t i = 1; i < words.size(); ++i) {
      ++pairs_[{words[i - 1], words[i]}];
      ++words_[words[i - 1]];
    }
  }
}

double WordPairs::LogLikelihood(const std::string& text) const {
  const std::vector<std::string> words = WordsOfLine(text);
  double sum = 0;
  for (size_t i = 1; i < words.size(); ++i) {
    const double together = CountOf(pairs_, std::pair{words[i - 1], words[i]});
    const double first = CountOf(words_, words[i - 1]);
    sum += std::log((together + 1) / (first + static_cast<double>(words_.size())));
  }
  return sum;
}

}  // namespace imago
