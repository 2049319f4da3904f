// Hostile PyTorch files: every tensor that is accepted can be read, and is no larger than the file.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "embed/torch_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto archive =
      imago::TorchArchive::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!archive.ok()) return 0;
  for (const auto& [name, tensor] : archive->tensors()) {
    const auto bytes = archive->Read(name);
    if (bytes.ok() && bytes->size() > size) std::abort();
  }
  return 0;
}
