#ifndef IMAGO_EMBED_SAFETENSORS_H_
#define IMAGO_EMBED_SAFETENSORS_H_

// The safetensors file format (huggingface/safetensors), strictly: u64 header length, JSON header,
// raw little-endian data. A hostile file yields an error; nothing of it is trusted before it is
// checked: header length and JSON, known dtypes, shapes without overflow, offsets in range, sizes
// equal to shape times type, no overlaps, no gaps, no duplicate names.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace imago {

enum class TensorType { kF32, kF16, kBF16, kI64, kI32, kU8 };
size_t TensorTypeSize(TensorType type);

struct TensorInfo {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // bytes, from the start of the data part
  uint64_t end = 0;
};

// A file opened and checked. The bytes are mapped or held; data pointers live as long as this and
// need not be aligned: copy from them.
class SafetensorsFile {
 public:
  static absl::StatusOr<SafetensorsFile> Open(const std::string& path);
  static absl::StatusOr<SafetensorsFile> Parse(std::string bytes);

  const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const uint8_t* data(const TensorInfo& info) const;
  bool Has(const std::string& name) const { return tensors_.count(name) != 0; }
  // The tensor as float32 values (F32, F16 and BF16 only). kNotFound names the tensor.
  absl::StatusOr<std::vector<float>> ReadFloats(const std::string& name) const;

 private:
  std::string bytes_;
  size_t data_begin_ = 0;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
};

struct TensorToWrite {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  std::string bytes;  // little-endian, C order
};

// Writes to a temporary file beside `path`, syncs, renames. Tensors in the order given, header
// padded to 8 bytes; the same input gives the same bytes.
absl::Status WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace imago

#endif  // IMAGO_EMBED_SAFETENSORS_H_
