#include "embed/tower_config.h"

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

absl::StatusOr<TransformerNumbers> ParseTransformerNumbers(const TowerConfig& config) {
  const auto width = RequireNumber(config, "width", 1 << 14);
  if (!width.ok()) return width.status();
  const auto layers = RequireNumber(config, "layers", 256);
  if (!layers.ok()) return layers.status();
  const auto heads = RequireNumber(config, "heads", *width);
  if (!heads.ok()) return heads.status();
  const auto mlp_width = NumberOr(config, "mlp_width", 1 << 16, 4 * *width);
  if (!mlp_width.ok()) return mlp_width.status();
  if (auto even = RequireMultiple(config, "width", "heads"); !even.ok()) return even;
  return TransformerNumbers{*width, *layers, *heads, *mlp_width};
}

absl::StatusOr<Patches> ParsePatches(const TowerConfig& config) {
  const auto size = RequireNumber(config, "size", 4096);
  if (!size.ok()) return size.status();
  const auto patch = RequireNumber(config, "patch", *size);
  if (!patch.ok()) return patch.status();
  return Patches{*patch, *size / *patch};
}

absl::StatusOr<ResnetNumbers> ParseResnetNumbers(const TowerConfig& config) {
  ResnetNumbers numbers;
  const auto size = RequireNumber(config, "size", 4096);
  if (!size.ok()) return size.status();
  if (*size % 32 != 0) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\": size is {}, no multiple of 32", config.kind, *size));
  }
  numbers.grid = *size / 32;
  const auto width = RequireNumber(config, "width", 1024);
  if (!width.ok()) return width.status();
  numbers.width = *width;
  const auto heads = RequireNumber(config, "heads", 1024);
  if (!heads.ok()) return heads.status();
  numbers.heads = *heads;
  if (*width % 2 != 0 || *width * 32 % *heads != 0) {
    return absl::InvalidArgumentError(fmt::format(
        "tower \"{}\": width is {}, it must be even and 32 times it a multiple of heads, {}",
        config.kind, *width, *heads));
  }
  for (int i = 0; i < 4; ++i) {
    const auto blocks = RequireNumber(config, fmt::format("blocks{}", i + 1), 256);
    if (!blocks.ok()) return blocks.status();
    numbers.blocks[i] = *blocks;
  }
  return numbers;
}

}  // namespace imago
