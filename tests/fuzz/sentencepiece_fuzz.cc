// Hostile sentencepiece models, and texts for those that load.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "embed/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = imago::NewSentencePieceTokenizer(model);
  if (!tokenizer.ok()) return 0;
  const std::string own(model.substr(0, 300));  // the model's pieces are among its own bytes
  for (const std::string& text : {std::string("a Dog on the BEACH, caf\u00e9 \ufb01ne \u732b"),
                                  std::string("\xff\x00x", 3), own}) {
    const auto ids = (*tokenizer)->Encode(text, 64);
    if (ids.size() > 64) std::abort();
    for (const int32_t id : ids) {
      if (id < 0 || id >= (*tokenizer)->vocab_size()) std::abort();
    }
  }
  return 0;
}
