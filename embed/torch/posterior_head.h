#ifndef IMAGO_EMBED_TORCH_POSTERIOR_HEAD_H_
#define IMAGO_EMBED_TORCH_POSTERIOR_HEAD_H_

// From a classifier's features to a space of sentences. The classifier's posterior over its
// classes, mixed over the vectors of the classes' names, already says what a picture shows in words
// (as in ConSE, Norouzi et al. 2013, arXiv 1312.5650); a small network beside it learns what that
// misses:
//   estimate = unit(softmax((class_weight f + class_bias) inverse_temperature) class_texts)
//   learned  = unit(out_weight relu(hidden_weight f + hidden_bias) + out_bias)
//   semantic = unit(a estimate + (1 - a) learned),  a = sigmoid(gate)
//   detail   = unit(detail_weight (c - detail_mean))
// where f is the mean of the network's last map and c the mean that favours its centre.
// A row is [sqrt(1 - share) semantic, sqrt(share) detail]. Texts have zeros for the detail, which
// then only pictures compare among themselves.

#include "embed/torch/tower.h"

namespace imago {

// A module whose parameters stay f32 when the rest of the model becomes bf16.
class Float32Module : public torch::nn::Module {};

struct PosteriorHeadShape {
  int64_t features = 1280;
  int64_t classes = 1000;
  int64_t width = 384;  // of semantic: of the sentence encoder
  int64_t hidden = 320;
  int64_t detail = 128;
  double detail_share = 0.7;
};

// The estimate from its four parts; `features` [n, features] to [n, width], unit length.
torch::Tensor PosteriorEstimate(const torch::Tensor& features, const torch::Tensor& class_weight,
                                const torch::Tensor& class_bias,
                                const torch::Tensor& inverse_temperature,
                                const torch::Tensor& class_texts);

class PosteriorHead : public Float32Module {
 public:
  explicit PosteriorHead(const PosteriorHeadShape& shape, TowerInit init = TowerInit::kPublished);

  // A row of its parts, [n, width] and [n, detail], all of unit length.
  torch::Tensor Row(const torch::Tensor& semantic, const torch::Tensor& detail) const;
  torch::Tensor Estimate(const torch::Tensor& features) const;
  // f [n, features] f32. `keep` [n, hidden], if defined, multiplies the hidden units (dropout).
  torch::Tensor Semantic(const torch::Tensor& features, const torch::Tensor& keep = {}) const;
  // c [n, features] f32.
  torch::Tensor Detail(const torch::Tensor& central) const;

  const PosteriorHeadShape& shape() const { return shape_; }

  torch::Tensor class_weight;         // [classes, features]
  torch::Tensor class_bias;           // [classes]
  torch::Tensor class_texts;          // [classes, width]
  torch::Tensor inverse_temperature;  // scalar
  torch::Tensor gate;                 // scalar
  torch::Tensor hidden_weight;        // [hidden, features]
  torch::Tensor hidden_bias;          // [hidden]
  torch::Tensor out_weight;           // [width, hidden]
  torch::Tensor out_bias;             // [width]
  torch::Tensor detail_mean;          // [features], a buffer: not trained
  torch::Tensor detail_weight;        // [detail, features], a buffer

 private:
  void Initialise();

  PosteriorHeadShape shape_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_POSTERIOR_HEAD_H_
