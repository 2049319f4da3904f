#ifndef IMAGO_EMBED_TORCH_TUNE_SET_H_
#define IMAGO_EMBED_TORCH_TUNE_SET_H_

// Labelled pictures of several kinds, and random batches of them as pixels.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "torch/torch.h"

namespace imago {

struct TuneSet {
  std::vector<std::string> paths;    // of all pictures, kind by kind
  std::vector<int64_t> kind_counts;  // pictures of each kind; the first kind is photos
  std::vector<std::string> sources;  // of the pictures, sorted; may be empty
  torch::Tensor labels;              // [pictures] int64
  torch::Tensor label_texts;         // [labels, templates, width], unit length
};

struct TuneBatch {
  torch::Tensor pixels;   // [n, 3, size, size]; photos first
  torch::Tensor labels;   // [n] int64
  int64_t photos = 0;     // how many of the first rows are photos
  int64_t text = 0;       // the template of this step
  torch::Tensor keep;     // [n, hidden]: dropout
  torch::Tensor partner;  // [photos] int64: with which each photo is mixed
  torch::Tensor share;    // [photos, 1] within 0.3 to 0.7: its own weight in the mixture
};

struct TuneBatchOptions {
  int64_t pictures = 32;  // half of them photos, the rest of the other kinds in equal parts
  int64_t hidden = 320;
  double dropout = 0.5;
  int size = 224;
};

// Draws the batches of one run. A step's batch depends on seed and step alone.
class TuneSampler {
 public:
  // kInvalidArgument when a kind has fewer pictures than its part of a batch.
  static absl::StatusOr<TuneSampler> Make(TuneSet set, const TuneBatchOptions& options,
                                          uint64_t seed);

  // Pictures of a kind without repetition, each with probability as the count of its label within
  // the kind^-1/2, in random views. Thread-safe. Unreadable pictures are errors that name the file.
  absl::StatusOr<TuneBatch> Draw(int64_t step) const;

  const TuneSet& set() const { return set_; }

 private:
  TuneSampler(TuneSet set, const TuneBatchOptions& options, uint64_t seed);
  absl::StatusOr<torch::Tensor> Pixels(const torch::Tensor& pictures, uint64_t seed) const;

  TuneSet set_;
  TuneBatchOptions options_;
  uint64_t seed_;
  std::vector<int64_t> shares_;         // of a batch, of each kind
  std::vector<torch::Tensor> weights_;  // of the pictures of each kind
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TUNE_SET_H_
