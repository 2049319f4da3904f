#ifndef IMAGO_EMBED_SHARD_INDEX_H_
#define IMAGO_EMBED_SHARD_INDEX_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace imago {

// Hugging Face's model.safetensors.index.json: which file of the same folder holds which tensor.
struct ShardIndex {
  std::map<std::string, std::string> file_of;  // by tensor
  std::set<std::string> files;
};
// kInvalidArgument for JSON of another form, a file's name that is not plain (a path, hidden,
// another extension than .safetensors) and more than 1,000 files.
absl::StatusOr<ShardIndex> ParseShardIndex(std::string_view json);

}  // namespace imago

#endif  // IMAGO_EMBED_SHARD_INDEX_H_
