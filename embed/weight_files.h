#ifndef IMAGO_EMBED_WEIGHT_FILES_H_
#define IMAGO_EMBED_WEIGHT_FILES_H_

// The tensors of a published checkpoint, in whatever files they lie: one .safetensors file, several
// with an index (*.safetensors.index.json), or a file of PyTorch's (TorchScript or a dictionary).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/safetensors.h"
#include "embed/torch_archive.h"

namespace imago {

struct WeightInfo {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;
};

class WeightFiles {
 public:
  // Errors: as of SafetensorsFile, ParseShardIndex and TorchArchive; kNotFound names a shard that
  // is not there, kDataLoss a tensor that a shard lacks or holds although the index says otherwise.
  static absl::StatusOr<WeightFiles> Open(const std::string& path);

  const std::map<std::string, WeightInfo>& tensors() const { return tensors_; }
  bool Has(const std::string& name) const { return tensors_.count(name) != 0; }
  // Little-endian, C order. kNotFound names the tensor.
  absl::StatusOr<std::string> Read(const std::string& name) const;
  // Of the .safetensors file, the first of several.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  absl::Status AddShard(const std::string& path);
  absl::Status OpenSharded(const std::string& index_path);
  absl::Status OpenTorch(const std::string& path);

  std::map<std::string, WeightInfo> tensors_;
  std::map<std::string, size_t> shard_of_;
  std::vector<SafetensorsFile> shards_;
  std::optional<TorchArchive> archive_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_WEIGHT_FILES_H_
