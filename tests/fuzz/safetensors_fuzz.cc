// Hostile weights: whatever is accepted must lie inside the file.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "embed/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file =
      imago::SafetensorsFile::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!file.ok()) return 0;
  uint64_t bytes = 0;
  unsigned sum = 0;
  for (const auto& [name, info] : file->tensors()) {
    for (uint64_t i = info.begin; i < info.end; ++i) sum += file->data(info)[i - info.begin];
    bytes += info.end - info.begin;
    const auto floats = file->ReadFloats(name);
    if (floats.ok() && floats->size() * 2 > info.end - info.begin) std::abort();
  }
  if (bytes > size || sum > 255 * bytes) std::abort();
  return 0;
}
