#ifndef IMAGO_TESTS_EMBED_TORCH_STARTER_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_STARTER_SUPPORT_H_

// A tiny training set: each label's photos lie around a direction of their own.

#include "embed/torch/starter_model.h"

namespace imago {

inline constexpr PosteriorHeadShape kTinyHead = {12, 6, 8, 10, 4, 0.5};

inline torch::Tensor UnitNormal(torch::IntArrayRef sizes) {
  return torch::nn::functional::normalize(torch::randn(sizes),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

inline TrainSet TinySet(int64_t labels = 4, int64_t photos_each = 3) {
  torch::manual_seed(11);
  TrainSet set;
  set.labels = torch::arange(labels * photos_each).remainder(labels);
  const torch::Tensor middles = torch::randn({labels, kTinyHead.features});
  set.features = middles.index_select(0, set.labels).unsqueeze(0) +
                 0.1 * torch::randn({2, labels * photos_each, kTinyHead.features});
  set.label_texts = UnitNormal({labels, 3, kTinyHead.width});
  set.pair_labels = torch::tensor({0, 1, 2, 3, 3, 0}, torch::kInt64).view({3, 2});
  set.pair_texts = UnitNormal({3, kTinyHead.width});
  return set;
}

inline std::shared_ptr<StarterModel> TinyModel(uint64_t seed = 1) {
  torch::manual_seed(12);
  return MakeStarterModel(
      kTinyHead,
      {0.5 * torch::randn({kTinyHead.classes, kTinyHead.features}),
       torch::randn({kTinyHead.classes}), UnitNormal({kTinyHead.classes, kTinyHead.width})},
      seed);
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_STARTER_SUPPORT_H_
