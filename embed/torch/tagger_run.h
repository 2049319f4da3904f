#ifndef IMAGO_EMBED_TORCH_TAGGER_RUN_H_
#define IMAGO_EMBED_TORCH_TAGGER_RUN_H_

// A TaggerModel learns from captions. Words and their letters are hidden at random, those of made
// sentences half of the time, since their words are few; so are what the rules say. What is left
// must do.

#include <memory>
#include <string>
#include <vector>

#include "embed/torch/checkpoint.h"
#include "embed/torch/tagger_batch.h"

namespace imago {

struct TaggerRunOptions {
  int64_t steps = 0;
  int64_t batch = 32;  // sentences in a step
  double rate = 3e-3;
  uint64_t seed = 0;
  std::string settings;  // of the whole run: a checkpoint of others is refused
};

class TaggerRun : public CheckpointedRun {
 public:
  // Keeps the set.
  TaggerRun(std::shared_ptr<TaggerModel> model, const TaggerTrainSet* set,
            const TaggerRunOptions& options);

  // One optimiser step, added to history(). Sets the seed of torch's generator.
  void Step();

 private:
  std::vector<size_t> Draw() const;
  torch::Tensor Loss(const std::vector<size_t>& chosen) const;

  std::shared_ptr<TaggerModel> model_;
  const TaggerTrainSet* set_;
  TaggerRunOptions options_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TAGGER_RUN_H_
