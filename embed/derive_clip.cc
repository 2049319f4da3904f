#include <algorithm>
#include <cmath>

#include "embed/published_clip.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {
namespace {

constexpr int64_t kHeadWidth = 64;
constexpr int64_t kMaxSize = 1 << 24;

// Size of one axis of a tensor that must have `rank` axes.
absl::StatusOr<int64_t> Axis(const RenamedTensors& tensors, const std::string& name, size_t rank,
                             size_t axis) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    return absl::InvalidArgumentError(fmt::format("1 tensor missing: {}", name));
  }
  const std::vector<int64_t>& shape = found->second.shape;
  if (shape.size() != rank || shape[axis] < 1 || shape[axis] > kMaxSize) {
    return absl::InvalidArgumentError(fmt::format("tensor {} has the impossible shape [{}]",
                                                  found->second.parts.front(),
                                                  fmt::join(shape, ", ")));
  }
  return shape[axis];
}

// How many of prefix0suffix, prefix1suffix, ... there are.
int64_t Count(const RenamedTensors& tensors, const std::string& prefix, const std::string& suffix) {
  int64_t count = 0;
  while (tensors.count(fmt::format("{}{}{}", prefix, count, suffix)) != 0) ++count;
  return count;
}

// The side of a square of places; positions hold `more` rows more.
absl::StatusOr<int64_t> Grid(const RenamedTensors& tensors, const std::string& name, int64_t more) {
  const auto rows = Axis(tensors, name, 2, 0);
  if (!rows.ok()) return rows;
  const int64_t places = std::max<int64_t>(0, *rows - more);
  const auto grid = static_cast<int64_t>(std::lround(std::sqrt(places)));
  if (grid >= 1 && grid * grid == places) return grid;
  return absl::InvalidArgumentError(
      fmt::format("tensor {} has {} rows, no square and {}", name, *rows, more));
}

// "width", "layers", "heads", "mlp_width" of the transformer below `tower` ("image.").
absl::Status DeriveTransformer(const RenamedTensors& tensors, const std::string& tower,
                               int64_t heads, TowerConfig& config) {
  const std::string blocks = tower + "transformer.resblocks.";
  const auto width = Axis(tensors, blocks + "0.ln_1.weight", 1, 0);
  if (!width.ok()) return width.status();
  const auto mlp_width = Axis(tensors, blocks + "0.mlp.c_fc.weight", 2, 0);
  if (!mlp_width.ok()) return mlp_width.status();
  if (heads == 0 && *width % kHeadWidth != 0) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {} columns are no multiple of {}, and no config.json tells the number of "
                    "heads",
                    tower, *width, kHeadWidth));
  }
  config.numbers["width"] = *width;
  config.numbers["layers"] = Count(tensors, blocks, ".ln_1.weight");
  config.numbers["heads"] = heads != 0 ? heads : *width / kHeadWidth;
  if (*mlp_width != 4 * *width) config.numbers["mlp_width"] = *mlp_width;
  return absl::OkStatus();
}

absl::Status DeriveVit(const RenamedTensors& tensors, int64_t heads, BundleConfig& config) {
  TowerConfig& tower = config.image_tower;
  tower.kind = "vit";
  if (auto status = DeriveTransformer(tensors, "image.", heads, tower); !status.ok()) return status;
  const auto patch = Axis(tensors, "image.conv1.weight", 4, 2);
  if (!patch.ok()) return patch.status();
  const auto grid = Grid(tensors, "image.positional_embedding", 1);
  if (!grid.ok()) return grid.status();
  const auto dim = Axis(tensors, "image.proj", 2, 1);
  if (!dim.ok()) return dim.status();
  tower.numbers["patch"] = *patch;
  tower.numbers["size"] = *patch * *grid;
  config.dim = static_cast<int>(*dim);
  return absl::OkStatus();
}

absl::Status DeriveSiglipVit(const RenamedTensors& tensors, const ClipHeads& heads,
                             BundleConfig& config) {
  TowerConfig& tower = config.image_tower;
  tower.kind = "siglip-vit";
  auto status = DeriveTransformer(tensors, "image.", heads.image, tower);
  if (!status.ok()) return status;
  const auto patch = Axis(tensors, "image.conv1.weight", 4, 2);
  if (!patch.ok()) return patch.status();
  const auto grid = Grid(tensors, "image.positional_embedding", 0);
  if (!grid.ok()) return grid.status();
  const int64_t size = heads.image_size != 0 ? heads.image_size : *patch * *grid;
  if (size / *patch != *grid) {
    return absl::InvalidArgumentError(fmt::format(
        "image_size is {}, the tensors are for {} patches of {} in a row", size, *grid, *patch));
  }
  tower.numbers["patch"] = *patch;
  tower.numbers["size"] = size;
  config.dim = static_cast<int>(tower.numbers["width"]);
  return absl::OkStatus();
}

absl::Status DeriveResnet(const RenamedTensors& tensors, BundleConfig& config) {
  TowerConfig& tower = config.image_tower;
  tower.kind = "modified-resnet";
  const auto width = Axis(tensors, "image.layer1.0.conv1.weight", 4, 0);
  if (!width.ok()) return width.status();
  const auto grid = Grid(tensors, "image.attnpool.positional_embedding", 1);
  if (!grid.ok()) return grid.status();
  const auto dim = Axis(tensors, "image.attnpool.c_proj.weight", 2, 0);
  if (!dim.ok()) return dim.status();
  tower.numbers["width"] = *width;
  tower.numbers["size"] = *grid * 32;
  tower.numbers["heads"] = std::max<int64_t>(1, *width * 32 / kHeadWidth);
  for (int stage = 1; stage <= 4; ++stage) {
    tower.numbers[fmt::format("blocks{}", stage)] =
        Count(tensors, fmt::format("image.layer{}.", stage), ".conv1.weight");
  }
  config.dim = static_cast<int>(*dim);
  return absl::OkStatus();
}

absl::Status DeriveText(const RenamedTensors& tensors, int64_t heads, BundleConfig& config) {
  config.text_tower.kind = tensors.count("text.head.weight") != 0 ? "siglip-text" : "clip-text";
  const auto status = DeriveTransformer(tensors, "text.", heads, config.text_tower);
  if (!status.ok()) return status;
  const auto context = Axis(tensors, "text.positional_embedding", 2, 0);
  if (!context.ok()) return context.status();
  config.text_tower.numbers["context"] = *context;
  config.max_tokens = static_cast<int>(*context);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> DeriveShapes(const RenamedTensors& tensors, const ClipHeads& heads,
                                 BundleConfig& config) {
  absl::Status image;
  if (tensors.count("image.layer1.0.conv1.weight") != 0) {
    image = DeriveResnet(tensors, config);
  } else if (tensors.count("image.attnpool.probe") != 0) {
    image = DeriveSiglipVit(tensors, heads, config);
  } else {
    image = DeriveVit(tensors, heads.image, config);
  }
  if (!image.ok()) return image;
  if (auto status = DeriveText(tensors, heads.text, config); !status.ok()) return status;
  config.preprocess.size = static_cast<int>(config.image_tower.numbers["size"]);
  const auto vocab_size = Axis(tensors, "text.token_embedding.weight", 2, 0);
  if (!vocab_size.ok()) return vocab_size.status();
  return static_cast<int>(*vocab_size);
}

}  // namespace imago
