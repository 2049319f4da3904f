// Hostile pickles, and what checkpoints make of them.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "embed/pickle.h"
#include "embed/torch_pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto pickle =
      imago::ParsePickle(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!pickle.ok()) return 0;
  if (pickle->nodes.size() > size || pickle->root == nullptr) std::abort();
  const auto tensors = imago::FindTorchTensors(*pickle);
  if (!tensors.ok()) return 0;
  for (const auto& [name, tensor] : *tensors) {
    if (tensor.shape.size() != tensor.strides.size() || tensor.offset < 0) std::abort();
  }
  return 0;
}
