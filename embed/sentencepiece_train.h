#ifndef IMAGO_EMBED_SENTENCEPIECE_TRAIN_H_
#define IMAGO_EMBED_SENTENCEPIECE_TRAIN_H_

// The sentencepiece library's trainer behind a wall, as sentencepiece_model.h.

#include <string>
#include <vector>

namespace imago {

// A unigram model (Kudo 2018, arXiv 1804.10959) of the texts in lower case, with the ids 0 for
// padding, 1 unknown, 2 start and 3 end; at most `pieces`, fewer where the texts do not give so
// many. Empty and a reason in `error` when the library fails. The same texts give the same bytes.
std::string TrainSentencePieces(const std::vector<std::string>& texts, int pieces,
                                std::string& error);

}  // namespace imago

#endif  // IMAGO_EMBED_SENTENCEPIECE_TRAIN_H_
