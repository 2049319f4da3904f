// Hostile text and vocabularies: up to the first zero byte the text, then more of the vocabulary.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "embed/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t zero = std::min(input.find('\0'), input.size());
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\n";
  vocabulary += input.substr(std::min(zero + 1, input.size()));
  const auto tokenizer = imago::NewWordPieceTokenizer(vocabulary);
  if (!tokenizer.ok()) return 0;
  const auto ids = (*tokenizer)->Encode(input.substr(0, zero), 64);
  if (ids.size() < 2 || ids.size() > 64) std::abort();
  for (const int32_t id : ids) {
    if (id < 0 || id >= (*tokenizer)->vocab_size()) std::abort();
  }
  return 0;
}
