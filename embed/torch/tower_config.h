#ifndef IMAGO_EMBED_TORCH_TOWER_CONFIG_H_
#define IMAGO_EMBED_TORCH_TOWER_CONFIG_H_

// Reads a tower's hyper-parameters. Every error is kInvalidArgument and names the tower's kind, the
// key and the value.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "embed/bundle.h"

namespace imago {

// The number `key`, which must be there and within [1, max].
absl::StatusOr<int64_t> RequireNumber(const TowerConfig& config, const std::string& key,
                                      int64_t max);
// As above, `fallback` when it is not there.
absl::StatusOr<int64_t> NumberOr(const TowerConfig& config, const std::string& key, int64_t max,
                                 int64_t fallback);
// kInvalidArgument unless `whole` is a multiple of `part`; the names are those of their keys.
absl::Status RequireMultiple(const TowerConfig& config, const std::string& whole,
                             const std::string& part);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TOWER_CONFIG_H_
