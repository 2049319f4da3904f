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
  auto relation = MakeRelation(config, options->width, options->width, init);
  if (!relation.ok()) return relation.status();
  std::shared_ptr<CentredBert> tower(new CentredBert(*options, dim, init));
  if (*relation) tower->relation = tower->register_module("relation", *std::move(relation));
  return tower;
}

torch::Tensor CentredBert::Forward(torch::Tensor ids, torch::Tensor lengths) {
  const torch::Tensor words = bert->Words(ids, lengths);
  torch::Tensor row = centre->Forward(Bert::MeanOfWords(words, lengths));
  if (relation) {
    row = torch::nn::functional::normalize(row + relation->ForwardWords(words, lengths));
  }
  return torch::constant_pad_nd(row, {0, zeros_});
}

}  // namespace imago
