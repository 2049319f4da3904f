#ifndef IMAGO_EMBED_WORD_PAIRS_H_
#define IMAGO_EMBED_WORD_PAIRS_H_

// How likely a text is by its words alone: what a model that is to look at a picture must beat,
// after SugarCrepe (Hsieh et al. 2023, arXiv 2306.14610), where models that see no picture told
// true captions from wrong ones.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace imago {

// A bigram model: p(word | the word before) = (count + 1) / (count of the word before + words), so
// that what never occurred is unlikely but not impossible. Words are what blanks divide.
class WordPairs {
 public:
  explicit WordPairs(const std::vector<std::string>& texts);

  // The logarithm of the text's probability, its end included.
  double LogLikelihood(const std::string& text) const;

 private:
  std::map<std::pair<std::string, std::string>, int64_t> pairs_;
  std::map<std::string, int64_t> words_;  // as the first of a pair
};

}  // namespace imago

#endif  // IMAGO_EMBED_WORD_PAIRS_H_
