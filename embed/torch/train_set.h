#ifndef IMAGO_EMBED_TORCH_TRAIN_SET_H_
#define IMAGO_EMBED_TORCH_TRAIN_SET_H_

// Features and sentence vectors of a training set, and random batches of them.

#include <vector>

#include "torch/torch.h"

namespace imago {

struct TrainSet {
  torch::Tensor features;          // [views, photos, features]
  torch::Tensor central_features;  // [photos, features], of the first view: CentralFeatures
  torch::Tensor labels;            // [photos] int64
  torch::Tensor label_texts;       // [labels, templates, width], unit length
  torch::Tensor pair_labels;       // [pairs, 2] int64
  torch::Tensor pair_texts;        // [pairs, width], unit length
};
// How many photos each label has, [labels] int64; every one at least one.
torch::Tensor CountLabels(const TrainSet& set);

// Pictures and the texts that fit them, row by row.
struct PictureTexts {
  torch::Tensor features;  // [n, features]
  torch::Tensor texts;     // [n, width]
  torch::Tensor keys;      // [n] int64: equal where the texts mean the same
  torch::Tensor keep;      // [n, hidden]: dropout
};
struct TrainBatch {
  PictureTexts photos;
  PictureTexts pairs;  // mixtures of two photos, and texts about both; may be undefined
};

struct BatchOptions {
  int64_t photos = 256;
  int64_t pairs = 128;  // 0: none
  int64_t hidden = 320;
  double dropout = 0.5;
};

// Draws the batches of one run. A step's batch depends on seed and step alone, so that a run may go
// on from any step.
class BatchSampler {
 public:
  // Keeps the set. options.photos at most the number of photos.
  BatchSampler(TrainSet set, const BatchOptions& options, uint64_t seed);

  // Photos without repetition, each with probability as its label's count^-1/2, in a random view
  // and with a random text of its label; pairs of photos mixed by a weight within 0.3 to 0.7.
  TrainBatch Draw(int64_t step) const;

 private:
  PictureTexts DrawPhotos(const at::Generator& random) const;
  PictureTexts DrawPairs(const at::Generator& random) const;
  torch::Tensor RandomView(const torch::Tensor& photos, const at::Generator& random) const;
  torch::Tensor PhotoOf(const torch::Tensor& labels, const at::Generator& random) const;
  torch::Tensor DrawKeep(int64_t rows, const at::Generator& random) const;

  TrainSet set_;
  BatchOptions options_;
  uint64_t seed_;
  torch::Tensor weights_;   // [photos]
  torch::Tensor by_label_;  // photos in the order of their labels
  torch::Tensor counts_;    // [labels]
  torch::Tensor begins_;    // [labels]: where each label's photos begin in by_label_
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TRAIN_SET_H_
