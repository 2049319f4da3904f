#include "embed/torch/tower_config.h"

#include "fmt/format.h"

namespace imago {

absl::StatusOr<int64_t> RequireNumber(const TowerConfig& config, const std::string& key,
                                      int64_t max) {
  const auto found = config.numbers.find(key);
  if (found == config.numbers.end()) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\" has no number \"{}\"", config.kind, key));
  }
  if (found->second < 1 || found->second > max) {
    return absl::InvalidArgumentError(fmt::format("tower \"{}\": {} is {}, it must be 1 to {}",
                                                  config.kind, key, found->second, max));
  }
  return found->second;
}

absl::StatusOr<int64_t> NumberOr(const TowerConfig& config, const std::string& key, int64_t max,
                                 int64_t fallback) {
  if (config.numbers.count(key) == 0) return fallback;
  return RequireNumber(config, key, max);
}

absl::Status RequireMultiple(const TowerConfig& config, const std::string& whole,
                             const std::string& part) {
  const int64_t of = config.numbers.at(whole);
  const int64_t by = config.numbers.at(part);
  if (of % by == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("tower \"{}\": {} is {}, no multiple of {}, {}",
                                                config.kind, whole, of, part, by));
}

}  // namespace imago
