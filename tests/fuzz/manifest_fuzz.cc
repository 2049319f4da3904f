// CURRENT and the manifest: whatever decodes encodes to the same again.

#include <cstdint>
#include <cstdlib>

#include "index/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = imago::DecodeManifest(text); manifest.ok()) {
    const auto again = imago::DecodeManifest(imago::EncodeManifest(*manifest));
    if (!again.ok() || !(*again == *manifest)) std::abort();
  }
  if (const auto current = imago::DecodeCurrent(text); current.ok()) {
    if (imago::EncodeCurrent(*current) != text) std::abort();
  }
  return 0;
}
