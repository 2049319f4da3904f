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
  return torch::constant_pad_nd(centre->Forward(SentencesOf(ids, lengths)), {0, zeros_});
}

bool CentredBert::UseTiles() {
  tiles_ = TileBert::Make(bert->ToWeights());
  if (tiles_ == nullptr) return false;
  ForgetWeights(*bert);
  return true;
}

torch::Tensor CentredBert::SentencesOf(const torch::Tensor& ids, const torch::Tensor& lengths) {
  if (tiles_ == nullptr) return bert->Forward(ids, lengths);
  TORCH_CHECK(ids.size(1) <= static_cast<int64_t>(tiles_->positions()), "a text has ", ids.size(1),
              " tokens, at most ", tiles_->positions(), " have places");
  torch::Tensor means = torch::empty({ids.size(0), static_cast<int64_t>(tiles_->width())});
  tiles_->Encode(ids.data_ptr<int64_t>(), ids.size(1),
                 absl::MakeConstSpan(lengths.data_ptr<int64_t>(), lengths.numel()),
                 at::get_num_threads(), means.data_ptr<float>());
  return means;
}

}  // namespace imago
