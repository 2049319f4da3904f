#ifndef IMAGO_EMBED_SAFETENSORS_H_
#define IMAGO_EMBED_SAFETENSORS_H_

// The safetensors file format (huggingface/safetensors), strictly: u64 header length, JSON header,
// raw little-endian data. A hostile file yields an error; nothing of it is trusted before it is
// checked: header length and JSON, known dtypes, shapes without overflow, offsets in range, sizes
// equal to shape times type, no overlaps, no gaps, no duplicate names.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/mapped_file.h"

namespace imago {

enum class TensorType { kF32, kF16, kBF16, kI64, kI32, kU8 };
size_t TensorTypeSize(TensorType type);
std::string_view TensorTypeName(TensorType type);  // as in the file: "F32", ...

struct TensorInfo {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // bytes, from the start of the data part
  uint64_t end = 0;
};

// A file opened and checked. The bytes are mapped (Open) or held (Parse); data pointers live as
// long as this and need not be aligned: copy from them. A mapped file must not be cut while it is
// open (WriteSafetensors never does that: it replaces). Errors: kDataLoss for a file that breaks
// the format, kUnimplemented for a tensor type not listed above, kNotFound for a path without a
// file.
class SafetensorsFile {
 public:
  static absl::StatusOr<SafetensorsFile> Open(const std::string& path);
  static absl::StatusOr<SafetensorsFile> Parse(std::string bytes);

  const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const uint8_t* data(const TensorInfo& info) const;
  bool Has(const std::string& name) const { return tensors_.count(name) != 0; }
  // The tensor as float32 values (F32, F16 and BF16 only, else kInvalidArgument). kNotFound names
  // the tensor.
  absl::StatusOr<std::vector<float>> ReadFloats(const std::string& name) const;

 private:
  std::string_view file() const;
  absl::Status Check();

  MappedFile mapped_;
  std::string bytes_;  // where nothing is mapped
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
// padded to 8 bytes; the same input gives the same bytes. kInvalidArgument for a name given twice
// or bytes that do not fit the shape.
absl::Status WriteSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata);

// The same without holding more than one tensor at a time. `read` is asked once for each tensor, in
// order; its error is returned.
struct TensorToStream {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  std::function<absl::StatusOr<std::string>()> read;
};
absl::Status StreamSafetensors(const std::string& path, const std::vector<TensorToStream>& tensors,
                               const std::map<std::string, std::string>& metadata);

}  // namespace imago

#endif  // IMAGO_EMBED_SAFETENSORS_H_
