#include "embed/torch/pair_rows.h"

#include <algorithm>
#include <vector>

#include "embed/torch/autocast.h"
#include "embed/torch/bag_of_tokens.h"
#include "embed/torch/vision_transformer.h"

namespace imago {
namespace {

bool IsTrained(const torch::nn::Module& module) {
  const std::vector<torch::Tensor> parameters = module.parameters();
  return std::any_of(parameters.begin(), parameters.end(),
                     [](const torch::Tensor& weight) { return weight.requires_grad(); });
}

MicroBatches Pictures(const PairModel& model, const PairBatch& batch,
                      const TrainPairOptions& options) {
  ClipModel* clip = model.clip.get();
  const auto encode = [clip, &batch, bfloat16 = options.bfloat16](int64_t begin, int64_t count) {
    const Autocast autocast(bfloat16);
    const torch::Tensor pixels = batch.pixels.narrow(0, begin, count);
    if (!batch.patches.defined()) return UnitRows(clip->image->Forward(pixels));
    auto* vit = clip->image->as<VisionTransformer>();
    return UnitRows(vit->ForwardSome(pixels, batch.patches.narrow(0, begin, count)));
  };
  return {*clip->image, encode, batch.pixels.size(0), options.micro_batch};
}

MicroBatches Texts(const PairModel& model, const TokenRows& texts,
                   const TrainPairOptions& options) {
  ClipModel* clip = model.clip.get();
  const auto encode = [clip, &texts, bfloat16 = options.bfloat16](int64_t begin, int64_t count) {
    const Autocast autocast(bfloat16);
    return UnitRows(clip->text->Forward(texts.ids.narrow(0, begin, count),
                                        texts.lengths.narrow(0, begin, count)));
  };
  return {*clip->text, encode, texts.ids.size(0), options.micro_batch};
}

// Gathers one tensor after the other; the first error is kept.
class Gatherer {
 public:
  explicit Gatherer(const Collective& collective) : collective_(collective) {}

  int64_t Add(const torch::Tensor& own, torch::Tensor& all) {
    if (!status_.ok() || !own.defined()) return 0;
    auto gathered = GatherRows(own, collective_);
    status_ = gathered.status();
    if (!gathered.ok()) return 0;
    all = gathered->rows;
    return gathered->begin;
  }
  const absl::Status& status() const { return status_; }

 private:
  const Collective& collective_;
  absl::Status status_;
};

}  // namespace

torch::Tensor UnitRows(const torch::Tensor& rows) {
  return torch::nn::functional::normalize(rows.to(torch::kFloat32));
}

BatchRows::BatchRows(const PairModel& model, const PairBatch& batch,
                     const TrainPairOptions& options, const Collective& collective)
    : batch_(batch),
      collective_(collective),
      image_trained_(IsTrained(*model.clip->image)),
      // The loss of tokens knows their rows, not the texts'.
      text_trained_(options.loss != PairLossKind::kTokens && IsTrained(*model.clip->text)),
      pictures_(Pictures(model, batch, options)),
      texts_(Texts(model, batch.texts, options)),
      negatives_(Texts(model, own_negatives() ? batch.negatives : batch.texts, options)) {
  if (options.loss != PairLossKind::kTokens) return;
  const auto* tower = model.clip->text->as<BagOfTokens>();
  token_shares_ = tower->Shares(batch.texts.ids, batch.texts.lengths);
}

absl::StatusOr<GatheredBatch> BatchRows::Gather() {
  GatheredBatch all;
  Gatherer gather(collective_);
  all.begin = gather.Add(pictures_.Forward(image_trained_), all.rows.pictures);
  gather.Add(texts_.Forward(text_trained_), all.rows.texts);
  gather.Add(batch_.keys, all.rows.keys);
  gather.Add(token_shares_, all.rows.token_shares);
  if (has_negatives() && gather.status().ok()) {
    const torch::Tensor own = own_negatives() ? negatives_.Forward(text_trained_)
                                              : torch::empty({0, all.rows.texts.size(1)});
    all.negatives_begin = gather.Add(own, all.rows.negatives);
    gather.Add(batch_.negative_keys, all.rows.negative_keys);
  }
  gather.Add(batch_.teacher_pictures, all.teacher_pictures);
  gather.Add(batch_.teacher_texts, all.teacher_texts);
  if (!gather.status().ok()) return gather.status();
  for (torch::Tensor* rows : {&all.rows.pictures, &all.rows.texts, &all.rows.negatives}) {
    if (rows->defined()) rows->requires_grad_();
  }
  return all;
}

void BatchRows::Backward(const GatheredBatch& gathered) {
  const auto own = [this](const torch::Tensor& rows, int64_t begin, int64_t count) {
    return rows.grad().narrow(0, begin, count) * collective_.size();
  };
  const int64_t n = batch_.keys.size(0);
  if (image_trained_) pictures_.Backward(own(gathered.rows.pictures, gathered.begin, n));
  if (!text_trained_) return;
  texts_.Backward(own(gathered.rows.texts, gathered.begin, n));
  if (!own_negatives()) return;
  negatives_.Backward(
      own(gathered.rows.negatives, gathered.negatives_begin, batch_.negative_keys.size(0)));
}

}  // namespace imago
