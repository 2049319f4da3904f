#ifndef IMAGO_EMBED_TOWER_CONFIG_H_
#define IMAGO_EMBED_TOWER_CONFIG_H_

// Reads a tower's hyper-parameters. Every error is kInvalidArgument and names the tower's kind, the
// key and the value.

#include <array>
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

inline constexpr int64_t kMaxContext = 1 << 16;

// "width", "layers", "heads", "mlp_width" (4 width when absent).
struct TransformerNumbers {
  int64_t width = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t mlp_width = 0;
};
absl::StatusOr<TransformerNumbers> ParseTransformerNumbers(const TowerConfig& config);

// "size" and "patch" of a Vision Transformer; as many whole patches as fit.
struct Patches {
  int64_t patch = 0;
  int64_t grid = 0;  // patches in a row
};
absl::StatusOr<Patches> ParsePatches(const TowerConfig& config);

// "size" (a multiple of 32), "width", "heads", "blocks1" to "blocks4" of a ModifiedResNet.
struct ResnetNumbers {
  int64_t grid = 0;  // places in a row before pooling
  int64_t width = 0;
  int64_t heads = 0;
  std::array<int64_t, 4> blocks = {};
};
absl::StatusOr<ResnetNumbers> ParseResnetNumbers(const TowerConfig& config);

}  // namespace imago

#endif  // IMAGO_EMBED_TOWER_CONFIG_H_
