#ifndef IMAGO_EMBED_TORCH_STARTER_MODEL_H_
#define IMAGO_EMBED_TORCH_STARTER_MODEL_H_

// What is trained of a starter bundle, over frozen networks whose outputs are computed beforehand.

#include <memory>

#include "embed/torch/centred_bert.h"
#include "embed/torch/posterior_head.h"
#include "embed/torch/train_set.h"

namespace imago {

class StarterModel : public torch::nn::Module {
 public:
  explicit StarterModel(const PosteriorHeadShape& shape);

  const std::shared_ptr<PosteriorHead> head;
  const std::shared_ptr<TextCentre> centre;
  const torch::Tensor logit_scale;  // a logarithm
};

// The pretrained beginning: the classifier and the unit sentence vectors of its classes
// [classes, width], whose mean becomes the centre of texts.
struct StarterInit {
  torch::Tensor class_weight;
  torch::Tensor class_bias;
  torch::Tensor class_texts;
};
// New layers are drawn from torch's generator, seeded with `seed`.
std::shared_ptr<StarterModel> MakeStarterModel(const PosteriorHeadShape& shape,
                                               const StarterInit& init, uint64_t seed);
// Detail from the training photos' central features [n, features]: their mean and main directions,
// each scaled by its singular value^-0.25 so that the first few do not drown the others.
void FitDetail(const torch::Tensor& features, PosteriorHead& head);

// What keeps a small training set from making the space forget what the classifier knows: the
// estimate as it was at first.
class Teacher {
 public:
  explicit Teacher(const PosteriorHead& head);
  torch::Tensor Estimate(const torch::Tensor& features) const;

 private:
  torch::Tensor class_weight_, class_bias_, inverse_temperature_, class_texts_;
};

// The mean of 1 - cosine over unit rows [n, width].
torch::Tensor CosineDistance(const torch::Tensor& rows, const torch::Tensor& targets);

struct LossOptions {
  double max_scale = 15;
  double teach_photos = 4;
  double teach_pairs = 2;
};
// The contrastive losses of photos and of pairs, and the distances to the teacher, weighted.
torch::Tensor StarterLoss(const StarterModel& model, const Teacher& teacher,
                          const TrainBatch& batch, const LossOptions& options);

// AdamW in five groups: new weights with decay 0.05; their biases; class vectors and the text
// centre; the classifier; scale, gate and temperature. All but the first without decay.
std::unique_ptr<torch::optim::AdamW> MakeOptimiser(StarterModel& model, double rate);
// A linear warm-up, times a cosine to 0.
double RateFactor(int64_t step, int64_t steps);
// Of MakeOptimiser's five groups; groups that were added stay as they are.
void SetRates(torch::optim::AdamW& optimiser, double rate, double factor);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_STARTER_MODEL_H_
