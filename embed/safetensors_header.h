#ifndef IMAGO_EMBED_SAFETENSORS_HEADER_H_
#define IMAGO_EMBED_SAFETENSORS_HEADER_H_

// The JSON header of a safetensors file, apart from where the bytes lie.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/safetensors.h"

namespace imago {

struct SafetensorsHeader {
  std::map<std::string, TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
};

// The size in bytes that type and shape ask for; kDataLoss when a side is negative or the product
// does not fit 63 bits.
absl::StatusOr<uint64_t> TensorBytes(TensorType type, const std::vector<int64_t>& shape);

// Checks everything that the format promises, against `data_size` bytes that follow the header.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(std::string_view json, uint64_t data_size);

}  // namespace imago

#endif  // IMAGO_EMBED_SAFETENSORS_HEADER_H_
