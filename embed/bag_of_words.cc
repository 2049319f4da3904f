#include "embed/bag_of_words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "embed/random.h"

namespace imago {
namespace {

// Far below the difference of two sums of weights, as a rule.
constexpr double kChance = 1e-4;

void AddWord(std::string word, std::set<std::string>& words) {
  if (word.empty()) return;
  const bool plural = word.size() > 3 && word.back() == 's' && word[word.size() - 2] != 's';
  if (plural) word.pop_back();
  words.insert(std::move(word));
}

std::vector<std::vector<std::string>> AllWords(const std::vector<std::string>& texts) {
  std::vector<std::vector<std::string>> words;
  for (const std::string& text : texts) words.push_back(WordsOf(text));
  return words;
}

std::map<std::string, double> Weights(const std::vector<std::vector<std::string>>& texts) {
  std::map<std::string, double> weights;
  for (const auto& words : texts) {
    for (const std::string& word : words) ++weights[word];
  }
  for (auto& [word, weight] : weights) {
    weight = std::log(static_cast<double>(texts.size()) / weight);
  }
  return weights;
}

}  // namespace

std::vector<std::string> WordsOf(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else {
      AddWord(std::exchange(word, ""), words);
    }
  }
  AddWord(word, words);
  return {words.begin(), words.end()};
}

Matrix SharedWordScores(const std::vector<std::string>& texts,
                        const std::vector<std::string>& bags) {
  const auto words_of_texts = AllWords(texts);
  const auto words_of_bags = AllWords(bags);
  const std::map<std::string, double> weights = Weights(words_of_texts);
  Matrix scores(texts.size(), bags.size());
  Random random(1);
  for (size_t t = 0; t < texts.size(); ++t) {
    for (size_t b = 0; b < bags.size(); ++b) {
      double sum = kChance * random.Uniform();
      for (const std::string& word : words_of_texts[t]) {
        const auto& bag = words_of_bags[b];
        if (std::binary_search(bag.begin(), bag.end(), word)) sum += weights.at(word);
      }
      scores.row(t)[b] = static_cast<float>(sum);
    }
  }
  return scores;
}

}  // namespace imago
