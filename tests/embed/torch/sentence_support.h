#ifndef IMAGO_TESTS_EMBED_TORCH_SENTENCE_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_SENTENCE_SUPPORT_H_

// A tiny sentence encoder, which spells most words.

#include <string>

#include "embed/torch/sentences.h"
#include "tests/embed/torch/pretrained_support.h"

namespace imago {

inline constexpr int64_t kTinySentenceWidth = 32;

inline SentenceEncoder TinySentences() {
  std::string vocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
  for (char c = 'a'; c <= 'z'; ++c) vocab += std::string(1, c) + "\n##" + c + "\n";
  for (const char* word : {"red", "blue", "of", "the", "left", "right", "photo"}) {
    vocab += std::string(word) + "\n";
  }
  SentenceEncoder encoder;
  encoder.tokenizer = *NewWordPieceTokenizer(vocab);
  const BertOptions shape = {encoder.tokenizer->vocab_size(), 64, kTinySentenceWidth, 2, 4, 48};
  encoder.bert = std::make_shared<Bert>(shape, TowerInit::kNone);
  FillWithNoise(*encoder.bert);
  encoder.bert->eval();
  return encoder;
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_SENTENCE_SUPPORT_H_
