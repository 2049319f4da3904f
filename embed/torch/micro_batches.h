#ifndef IMAGO_EMBED_TORCH_MICRO_BATCHES_H_
#define IMAGO_EMBED_TORCH_MICRO_BATCHES_H_

// A large batch through a tower with the memory of a small one, by a cache of its rows' gradients
// (Gao et al. 2021, arXiv 2101.06983): all rows are first computed without anything kept for
// gradients, the loss looks at all of them, and then each part is computed once more and its rows'
// gradients go on into the weights. The same numbers as of the whole batch at once, but where a
// batch norm is trained, whose statistics are those of the small batch.

#include <functional>

#include "torch/torch.h"

namespace imago {

class MicroBatches {
 public:
  // `encode` gives the rows of examples [begin, begin + count) and must give the same ones again.
  // `micro` examples at a time, 0: all at once, with everything kept. The buffers of `tower` change
  // in Backward only, unless all go through at once.
  using Encode = std::function<torch::Tensor(int64_t begin, int64_t count)>;
  MicroBatches(torch::nn::Module& tower, Encode encode, int64_t count, int64_t micro);

  // [count, dim], without gradients. Not `trained`: nothing is kept, Backward is not called.
  torch::Tensor Forward(bool trained);
  // Adds to the gradients of what `encode` uses; `gradient` [count, dim] of the rows. Once, after
  // Forward(true).
  void Backward(const torch::Tensor& gradient);

 private:
  torch::nn::Module& tower_;
  Encode encode_;
  int64_t count_;
  int64_t micro_;
  torch::Tensor kept_;  // the rows with their graph, where all go through at once
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_MICRO_BATCHES_H_
