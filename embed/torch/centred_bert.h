#ifndef IMAGO_EMBED_TORCH_CENTRED_BERT_H_
#define IMAGO_EMBED_TORCH_CENTRED_BERT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "embed/torch/bert.h"
#include "embed/torch/posterior_head.h"

namespace imago {

// What all captions have in common says nothing about any of them: it is subtracted. "mean"
// [width].
class TextCentre : public Float32Module {
 public:
  explicit TextCentre(int64_t width) : mean(register_parameter("mean", torch::zeros({width}))) {}
  // Sentence vectors of any length [n, width] to unit(unit(rows) - mean).
  torch::Tensor Forward(const torch::Tensor& rows) const;

  torch::Tensor mean;
};

// Text tower "bert-centred": a sentence encoder ("bert.*") and a TextCentre ("centre.mean"), with
// zeros after it up to dim, where pictures have their detail. Numbers: as BertOptions.
class CentredBert : public TextTower {
 public:
  static absl::StatusOr<std::shared_ptr<CentredBert>> Make(const TowerConfig& config,
                                                           int vocab_size, int dim, TowerInit init);

  torch::Tensor Forward(torch::Tensor ids, torch::Tensor lengths) override;
  bool UseTiles() override;

  const std::shared_ptr<Bert> bert;
  const std::shared_ptr<TextCentre> centre;

 private:
  CentredBert(const BertOptions& options, int dim, TowerInit init);

  torch::Tensor SentencesOf(const torch::Tensor& ids, const torch::Tensor& lengths);

  int64_t zeros_;
  std::unique_ptr<TileBert> tiles_;  // in place of bert, or null
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_CENTRED_BERT_H_
