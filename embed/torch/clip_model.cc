#include "embed/torch/clip_model.h"

#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "embed/torch/bundle_weights.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/posterior_tower.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {

ClipModel::ClipModel(std::shared_ptr<ImageTower> image_tower, std::shared_ptr<TextTower> text_tower)
    : image(register_module("image", std::move(image_tower))),
      text(register_module("text", std::move(text_tower))),
      logit_scale(register_parameter("logit_scale", torch::tensor(std::log(1 / 0.07f)))) {
  eval();
}

absl::StatusOr<std::shared_ptr<ClipModel>> ClipModel::Make(const BundleConfig& config,
                                                           int vocab_size, TowerInit init) {
  auto image = MakeImageTower(config.image_tower, config.dim, init);
  if (!image.ok()) return image.status();
  auto text = MakeTextTower(config.text_tower, vocab_size, config.dim, init);
  if (!text.ok()) return text.status();
  std::shared_ptr<ClipModel> model(new ClipModel(*std::move(image), *std::move(text)));
  if (auto status = model->AddReaders(config, init); !status.ok()) return status;
  if (config.text_tower.kind == "siglip-text") {
    model->logit_bias = model->register_parameter("logit_bias", torch::tensor(-10.0f));
  }
  return model;
}

// What reads a picture's map.
absl::Status ClipModel::AddReaders(const BundleConfig& config, TowerInit init) {
  const bool has_events = !config.events.vocabulary.types.empty();
  const bool has_relations = config.relations.width > 0;
  if (!has_events && !has_relations) return absl::OkStatus();
  const auto tower = std::dynamic_pointer_cast<PosteriorTower>(image);
  if (!tower) {
    return absl::InvalidArgumentError(fmt::format("{}: a tower \"{}\" has no map to read them off",
                                                  has_events ? "events" : "relations",
                                                  config.image_tower.kind));
  }
  const int64_t width = tower->head->shape().width;
  if (has_events) {
    auto made = MakeEventHead(config.events, tower->map_channels(), width, init);
    if (!made.ok()) return made.status();
    events = register_module("events", *std::move(made));
  }
  if (has_relations) {
    auto made = MakeRelations(config.relations, tower->map_channels(), width, init);
    if (!made.ok()) return made.status();
    relations = register_module("relations", *std::move(made));
  }
  return absl::OkStatus();
}

torch::Tensor ClipModel::EncodeImages(const torch::Tensor& pixels, EventReadings* readings) {
  const auto unit = [](const torch::Tensor& rows) {
    return torch::nn::functional::normalize(rows.to(torch::kFloat32));
  };
  if (!events && !relations) return unit(image->Forward(pixels));
  auto& tower = dynamic_cast<PosteriorTower&>(*image);
  const torch::Tensor map = tower.MapOf(pixels);
  if (events && readings != nullptr) *readings = events->Forward(map);
  if (!relations) return unit(tower.RowsOf(map));
  torch::Tensor parts;
  const torch::Tensor rows = unit(tower.RowsOf(map, &parts));
  return relations->Add(relations->OfMaps(map, parts), rows, tower.TextShare());
}

torch::Tensor ClipModel::EncodeTexts(const torch::Tensor& ids, const torch::Tensor& lengths) {
  const torch::Tensor rows = text->Forward(ids, lengths).to(torch::kFloat32);
  return torch::nn::functional::normalize(rows);
}

std::map<std::string, torch::Tensor> ClipModel::Weights() const { return WeightsByName(*this); }

std::map<std::string, torch::Tensor> WeightsByName(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& item : module.named_parameters()) weights[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) {
    if (item.value().is_floating_point()) weights[item.key()] = item.value();
  }
  return weights;
}

namespace {

// "3 tensors are missing: a, b, c"; long lists are cut.
std::string Complaint(const std::vector<std::string>& names, const char* what) {
  constexpr size_t kShown = 5;
  const size_t shown = std::min(kShown, names.size());
  return fmt::format("{} tensor{} {}: {}{}", names.size(), names.size() == 1 ? "" : "s", what,
                     fmt::join(names.begin(), names.begin() + shown, ", "),
                     shown < names.size() ? ", ..." : "");
}

absl::Status CheckNames(const SafetensorsFile& file,
                        const std::map<std::string, torch::Tensor>& weights) {
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  for (const auto& [name, tensor] : weights) {
    if (!file.Has(name)) missing.push_back(name);
  }
  for (const auto& [name, info] : file.tensors()) {
    if (weights.count(name) == 0) surplus.push_back(name);
  }
  if (!missing.empty()) return absl::InvalidArgumentError(Complaint(missing, "missing"));
  if (!surplus.empty()) return absl::InvalidArgumentError(Complaint(surplus, "surplus"));
  return absl::OkStatus();
}

absl::StatusOr<torch::ScalarType> FloatType(const std::string& name, TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return torch::kFloat32;
    case TensorType::kF16:
      return torch::kFloat16;
    case TensorType::kBF16:
      return torch::kBFloat16;
    default:
      return absl::InvalidArgumentError(fmt::format("tensor {} is not floating point", name));
  }
}

absl::Status LoadTensor(const SafetensorsFile& file, const std::string& name,
                        torch::Tensor& target) {
  const TensorInfo& info = file.tensors().at(name);
  if (torch::IntArrayRef(info.shape) != target.sizes()) {
    return absl::InvalidArgumentError(fmt::format("tensor {} has the shape [{}], it must be [{}]",
                                                  name, fmt::join(info.shape, ", "),
                                                  fmt::join(target.sizes().vec(), ", ")));
  }
  const auto type = FloatType(name, info.type);
  if (!type.ok()) return type.status();
  torch::Tensor source = torch::empty(info.shape, *type);
  std::memcpy(source.data_ptr(), file.data(info), info.end - info.begin);
  target.copy_(source);
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadWeights(const SafetensorsFile& file, ClipModel& model) {
  auto weights = model.Weights();
  return LoadTensors(file, weights);
}

absl::Status LoadTensors(const SafetensorsFile& file,
                         std::map<std::string, torch::Tensor>& weights) {
  const torch::NoGradGuard no_grad;
  if (auto status = CheckNames(file, weights); !status.ok()) return status;
  for (auto& [name, target] : weights) {
    if (auto status = LoadTensor(file, name, target); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SaveWeights(const ClipModel& model, const std::string& path, TensorType type) {
  return SaveTensors(model.Weights(), path, type);
}

void UseBfloat16(torch::nn::Module& module) {
  for (const auto& part : module.modules()) {
    if (part->as<torch::nn::LayerNorm>() || part->as<torch::nn::BatchNorm2d>()) continue;
    if (part->as<Float32Module>()) continue;
    if (const auto* conv = part->as<SameConv>(); conv != nullptr && conv->keeps_float32) continue;
    for (torch::Tensor& parameter : part->parameters(/*recurse=*/false)) {
      parameter.set_data(parameter.to(torch::kBFloat16));
    }
  }
}

void UseChannelsLast(torch::nn::Module& module) {
  for (torch::Tensor& parameter : module.parameters()) {
    if (parameter.dim() != 4) continue;
    parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

}  // namespace imago
