#ifndef IMAGO_EMBED_TORCH_ARCHIVE_H_
#define IMAGO_EMBED_TORCH_ARCHIVE_H_

// PyTorch's zip files: TorchScript modules (torch.jit.save) and dictionaries of tensors
// (torch.save). Only the tensors are read; the code in them is never looked at.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/safetensors.h"
#include "embed/zip_archive.h"

namespace imago {

// A part of a storage: element [i, j, ...] lies at offset + i strides[0] + j strides[1] + ...
struct TorchTensor {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;
  int64_t offset = 0;    // in elements
  std::string entry;     // of the storage
  int64_t elements = 0;  // of the storage
};

// The tensors by their names in the module or dictionary ("visual.proj"). Every tensor lies within
// its storage and has no more elements than it; together they have at most four times the file's
// bytes. Errors: as of ZipArchive and ParsePickle; kUnimplemented also for a class or function that
// no checkpoint of tensors needs, by name.
class TorchArchive {
 public:
  static absl::StatusOr<TorchArchive> Open(const std::string& path);
  static absl::StatusOr<TorchArchive> Parse(std::string bytes);

  const std::map<std::string, TorchTensor>& tensors() const { return tensors_; }
  // C order. kNotFound names the tensor.
  absl::StatusOr<std::string> Read(const std::string& name) const;

 private:
  explicit TorchArchive(ZipArchive zip) : zip_(std::move(zip)) {}
  static absl::StatusOr<TorchArchive> Make(absl::StatusOr<ZipArchive> zip);
  absl::Status FindTensors();
  absl::Status CheckTensors() const;
  absl::StatusOr<const std::string*> Storage(const TorchTensor& tensor) const;

  ZipArchive zip_;
  std::map<std::string, TorchTensor> tensors_;
  // The storage read last: tensors may share one.
  mutable std::string storage_entry_;
  mutable std::string storage_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_ARCHIVE_H_
