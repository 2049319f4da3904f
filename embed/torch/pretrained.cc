#include "embed/torch/pretrained.h"

#include <utility>

#include "embed/torch/clip_model.h"
#include "fmt/format.h"

namespace imago {
namespace {

absl::Status LoadFile(const std::string& path, torch::nn::Module& module) {
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) {
    return absl::Status(file.status().code(),
                        fmt::format("{} (tools/convert_pretrained.py makes it)",
                                    std::string(file.status().message())));
  }
  auto weights = WeightsByName(module);
  if (auto status = LoadTensors(*file, weights); !status.ok()) {
    return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PretrainedLite> LoadPretrainedLite(const std::string& dir,
                                                  const std::string& variant) {
  const auto options = EfficientNetLiteVariant(variant);
  if (!options.ok()) return options.status();
  PretrainedLite lite;
  lite.trunk = std::make_shared<EfficientNetLite>(*options, TowerInit::kNone);
  lite.trunk->eval();
  const std::string path = fmt::format("{}/{}.safetensors", dir, variant);
  if (auto status = LoadFile(path, *lite.trunk); !status.ok()) return status;
  const auto weights = WeightsByName(*lite.trunk);
  lite.class_weight = weights.at("fc.weight").detach().clone();
  lite.class_bias = weights.at("fc.bias").detach().clone();
  lite.trunk->FoldBatchNorm();
  return lite;
}

absl::StatusOr<std::shared_ptr<Bert>> LoadMiniLm(const std::string& dir) {
  auto bert = std::make_shared<Bert>(BertOptions{}, TowerInit::kNone);
  bert->eval();
  if (auto status = LoadFile(dir + "/minilm.safetensors", *bert); !status.ok()) return status;
  return bert;
}

}  // namespace imago
