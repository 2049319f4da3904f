#ifndef IMAGO_EMBED_TORCH_TUNE_SET_H_
#define IMAGO_EMBED_TORCH_TUNE_SET_H_

// Labelled pictures of several kinds, and random batches of what the network's first blocks, which
// are not trained, make of them.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/torch/row_cache.h"
#include "torch/torch.h"

namespace imago {

struct TuneKind {
  std::vector<RowFiles> views;  // of ComputeMaps, each of the same pictures
};

struct TuneSet {
  std::vector<TuneKind> kinds;       // the first kind is photos
  std::vector<std::string> sources;  // of the pictures, sorted; may be empty
  torch::Tensor labels;              // [pictures] int64, kind by kind
  torch::Tensor label_texts;         // [labels, templates, width], unit length

  int64_t pictures() const { return labels.size(0); }
};

struct TuneBatch {
  torch::Tensor maps;    // [collages + n, channels, h, w] f16: collages, photos, other kinds
  int64_t collages = 0;  // of two photos each: they have no label
  int64_t photos = 0;
  torch::Tensor labels;  // [n] int64
  int64_t text = 0;      // the template of this step
  torch::Tensor keep;    // [n, hidden]: dropout
};

struct TuneBatchOptions {
  int64_t pictures = 64;  // with a label: a third photos, the rest of the other kinds equally
  int64_t hidden = 320;
  double dropout = 0.5;
};

// Draws the batches of one run. A step's batch depends on seed and step alone.
class TuneSampler {
 public:
  // kInvalidArgument when a kind has fewer pictures than its part of a batch.
  static absl::StatusOr<TuneSampler> Make(TuneSet set, const TuneBatchOptions& options,
                                          uint64_t seed);

  // Pictures of a kind without repetition, each with probability as the count of its label within
  // the kind^-1/2, in random ones of the views; and as many collages as photos, each one of the
  // photos with a rectangle of another's map in it (CutMix, Yun et al. 2019, arXiv 1905.04899).
  // Thread-safe.
  TuneBatch Draw(int64_t step) const;

  const TuneSet& set() const { return set_; }

 private:
  TuneSampler(TuneSet set, const TuneBatchOptions& options, uint64_t seed);

  TuneSet set_;
  TuneBatchOptions options_;
  uint64_t seed_;
  std::vector<int64_t> shares_;         // of a batch, of each kind
  std::vector<torch::Tensor> weights_;  // of the pictures of each kind
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TUNE_SET_H_
