// Hostile text for CLIP's tokenizer, and hostile merges files.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "embed/clip_merges.h"
#include "embed/clip_text.h"
#include "embed/gunzip.h"
#include "embed/tokenizer.h"

namespace {

void CheckWords(std::string_view text) {
  const std::string clean = imago::CleanClipText(text);
  size_t bytes = 0;
  for (const std::string_view word : imago::SplitClipText(clean, true)) bytes += word.size();
  if (bytes > clean.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckWords(text);
  const auto unpacked = imago::Gunzip(text, 1 << 20);
  if (unpacked.ok() && unpacked->size() > 1 << 20) std::abort();
  // Whatever a fuzzer makes is too short for 48,894 merges.
  const bool merges = text.starts_with('#') || imago::IsGzip(text);
  if (merges && size < 50'000 && imago::NewClipBpeTokenizer(text).ok()) std::abort();
  return 0;
}
