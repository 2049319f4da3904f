#include "embed/clip_shapes.h"

#include <utility>

#include "embed/tower_config.h"
#include "fmt/format.h"

namespace imago {
namespace {

// Collects the shapes of one tower.
class Shapes {
 public:
  explicit Shapes(std::map<std::string, std::vector<int64_t>>& all) : all_(all) {}

  void Add(const std::string& name, std::vector<int64_t> shape) { all_[name] = std::move(shape); }
  // A weight and a bias of as many values as it has rows.
  void AddAffine(const std::string& name, std::vector<int64_t> shape) {
    Add(name + ".bias", {shape[0]});
    Add(name + ".weight", std::move(shape));
  }
  void AddAttention(const std::string& name, int64_t width) {
    Add(name + ".in_proj_weight", {3 * width, width});
    Add(name + ".in_proj_bias", {3 * width});
    AddAffine(name + ".out_proj", {width, width});
  }
  void AddMlp(const std::string& name, int64_t width, int64_t hidden) {
    AddAffine(name + ".c_fc", {hidden, width});
    AddAffine(name + ".c_proj", {width, hidden});
  }
  void AddTransformer(const std::string& tower, const TransformerNumbers& numbers) {
    for (int64_t i = 0; i < numbers.layers; ++i) {
      const std::string block = fmt::format("{}transformer.resblocks.{}.", tower, i);
      AddAffine(block + "ln_1", {numbers.width});
      AddAttention(block + "attn", numbers.width);
      AddAffine(block + "ln_2", {numbers.width});
      AddMlp(block + "mlp", numbers.width, numbers.mlp_width);
    }
  }
  void AddConvNorm(const std::string& conv, const std::string& norm, std::vector<int64_t> shape) {
    AddAffine(norm, {shape[0]});
    Add(norm + ".running_mean", {shape[0]});
    Add(norm + ".running_var", {shape[0]});
    Add(conv + ".weight", std::move(shape));
  }

 private:
  std::map<std::string, std::vector<int64_t>>& all_;
};

absl::Status AddVit(const TowerConfig& config, int64_t dim, Shapes& shapes) {
  const auto numbers = ParseTransformerNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const auto patches = ParsePatches(config);
  if (!patches.ok()) return patches.status();
  if (auto even = RequireMultiple(config, "size", "patch"); !even.ok()) return even;
  const int64_t width = numbers->width;
  shapes.Add("image.conv1.weight", {width, 3, patches->patch, patches->patch});
  shapes.Add("image.class_embedding", {width});
  shapes.Add("image.positional_embedding", {patches->grid * patches->grid + 1, width});
  shapes.AddAffine("image.ln_pre", {width});
  shapes.AddTransformer("image.", *numbers);
  shapes.AddAffine("image.ln_post", {width});
  shapes.Add("image.proj", {width, dim});
  return absl::OkStatus();
}

absl::Status AddSiglipVit(const TowerConfig& config, int64_t dim, Shapes& shapes) {
  const auto numbers = ParseTransformerNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const auto patches = ParsePatches(config);
  if (!patches.ok()) return patches.status();
  const int64_t width = numbers->width;
  if (width != dim) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\": width is {}, dim {}", config.kind, width, dim));
  }
  shapes.AddAffine("image.conv1", {width, 3, patches->patch, patches->patch});
  shapes.Add("image.positional_embedding", {patches->grid * patches->grid, width});
  shapes.AddTransformer("image.", *numbers);
  shapes.AddAffine("image.ln_post", {width});
  shapes.Add("image.attnpool.probe", {1, 1, width});
  shapes.AddAttention("image.attnpool.attn", width);
  shapes.AddAffine("image.attnpool.ln", {width});
  shapes.AddMlp("image.attnpool.mlp", width, numbers->mlp_width);
  return absl::OkStatus();
}

// One bottleneck; returns its number of channels.
int64_t AddBottleneck(const std::string& block, int64_t in, int64_t planes, bool shortcut,
                      Shapes& shapes) {
  shapes.AddConvNorm(block + "conv1", block + "bn1", {planes, in, 1, 1});
  shapes.AddConvNorm(block + "conv2", block + "bn2", {planes, planes, 3, 3});
  shapes.AddConvNorm(block + "conv3", block + "bn3", {4 * planes, planes, 1, 1});
  if (shortcut) {
    shapes.AddConvNorm(block + "downsample.0", block + "downsample.1", {4 * planes, in, 1, 1});
  }
  return 4 * planes;
}

absl::Status AddResnet(const TowerConfig& config, int64_t dim, Shapes& shapes) {
  const auto numbers = ParseResnetNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const int64_t width = numbers->width;
  shapes.AddConvNorm("image.conv1", "image.bn1", {width / 2, 3, 3, 3});
  shapes.AddConvNorm("image.conv2", "image.bn2", {width / 2, width / 2, 3, 3});
  shapes.AddConvNorm("image.conv3", "image.bn3", {width, width / 2, 3, 3});
  int64_t in = width;
  for (int stage = 0; stage < 4; ++stage) {
    const int64_t planes = width << stage;
    for (int64_t i = 0; i < numbers->blocks[stage]; ++i) {
      const bool shortcut = i == 0 && (stage > 0 || in != 4 * planes);
      in = AddBottleneck(fmt::format("image.layer{}.{}.", stage + 1, i), in, planes, shortcut,
                         shapes);
    }
  }
  shapes.Add("image.attnpool.positional_embedding", {numbers->grid * numbers->grid + 1, in});
  for (const char* name : {"q", "k", "v"}) {
    shapes.AddAffine(fmt::format("image.attnpool.{}_proj", name), {in, in});
  }
  shapes.AddAffine("image.attnpool.c_proj", {dim, in});
  return absl::OkStatus();
}

absl::Status AddText(const TowerConfig& config, int64_t vocab_size, int64_t dim, Shapes& shapes) {
  const auto numbers = ParseTransformerNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const auto context = RequireNumber(config, "context", kMaxContext);
  if (!context.ok()) return context.status();
  shapes.Add("text.token_embedding.weight", {vocab_size, numbers->width});
  shapes.Add("text.positional_embedding", {*context, numbers->width});
  shapes.AddTransformer("text.", *numbers);
  shapes.AddAffine("text.ln_final", {numbers->width});
  if (config.kind == "clip-text") shapes.Add("text.text_projection", {numbers->width, dim});
  if (config.kind == "siglip-text") shapes.AddAffine("text.head", {dim, numbers->width});
  return absl::OkStatus();
}

absl::Status AddImage(const TowerConfig& config, int64_t dim, Shapes& shapes) {
  if (config.kind == "vit") return AddVit(config, dim, shapes);
  if (config.kind == "siglip-vit") return AddSiglipVit(config, dim, shapes);
  if (config.kind == "modified-resnet") return AddResnet(config, dim, shapes);
  return absl::UnimplementedError(fmt::format("tower \"{}\" is none of CLIP's", config.kind));
}

}  // namespace

absl::StatusOr<std::map<std::string, std::vector<int64_t>>> ClipShapes(const BundleConfig& config,
                                                                       int vocab_size) {
  std::map<std::string, std::vector<int64_t>> all;
  Shapes shapes(all);
  const std::string& text = config.text_tower.kind;
  if (text != "clip-text" && text != "siglip-text") {
    return absl::UnimplementedError(fmt::format("tower \"{}\" is none of CLIP's", text));
  }
  if (auto status = AddImage(config.image_tower, config.dim, shapes); !status.ok()) return status;
  auto status = AddText(config.text_tower, vocab_size, config.dim, shapes);
  if (!status.ok()) return status;
  shapes.Add("logit_scale", {});
  if (text == "siglip-text") shapes.Add("logit_bias", {});
  return all;
}

}  // namespace imago
