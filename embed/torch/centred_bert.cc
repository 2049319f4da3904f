#include "embed/torch/centred_bert.h"

#include "fmt/format.h"

namespace imago {

torch::Tensor TextCentre::Forward(const torch::Tensor& rows) const {
  const torch::Tensor unit = torch::nn::functional::normalize(rows.to(torch::kFloat32));
  return torch::nn::functional::normalize(unit - mean);
}

CentredBert::CentredBert(const BertOptions& options, int dim, TowerInit init)
    : bert(register_module("bert", std::make_shared<Bert>(options, init))),
      centre(register_module("centre", std::make_shared<TextCentre>(options.width))),
      zeros_(dim - options.width) {}

absl::StatusOr<std::shared_ptr<CentredBert>> CentredBert::Make(const TowerConfig& config,
                                                               int vocab_size, int dim,
                                                               TowerInit init) {
  const auto options = ParseBertOptions(config, vocab_size);
  if (!options.ok()) return options.status();
  if (options->width > dim) {
    return absl::InvalidArgumentError(fmt::format(
        "tower \"{}\": width is {}, it must be at most dim, {}", config.kind, options->width, dim));
  }
  return std::shared_ptr<CentredBert>(new CentredBert(*options, dim, init));
}

torch::Tensor CentredBert::Forward(torch::Tensor ids, torch::Tensor lengths) {
  return torch::constant_pad_nd(centre->Forward(bert->Forward(ids, lengths)), {0, zeros_});
}

}  // namespace imago
