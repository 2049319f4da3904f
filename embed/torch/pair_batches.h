#ifndef IMAGO_EMBED_TORCH_PAIR_BATCHES_H_
#define IMAGO_EMBED_TORCH_PAIR_BATCHES_H_

// From pictures and sentences to what the towers take in.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/pair_examples.h"
#include "embed/tokenizer.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/pair_run.h"

namespace imago {

// Padded to the longest.
TokenRows Tokenize(const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                   int max_tokens);

// [n, 3, size, size] of pictures of the size that `options` say, n at least 1.
torch::Tensor Pixels(absl::Span<const Image> pictures, const PreprocessOptions& options);

// Percent of the pictures whose label's text is the nearest of all; of a tie the first. In
// evaluation mode, without gradients.
double HeldOutRecall(const HeldOutPictures& pictures, const TokenRows& texts,
                     const PreprocessOptions& options, ClipModel& model);

class PairBatches {
 public:
  // Keeps all three; `teacher` may be null. Process `rank` of `size` draws its part of each batch;
  // the parts of all are those of one process.
  PairBatches(const PairExamples& examples, const Tokenizer& tokenizer, const Encoder* teacher,
              const TrainPairOptions& options);

  // Thread-safe.
  absl::StatusOr<PairBatch> Draw(int64_t step, int rank, int size) const;

 private:
  torch::Tensor Patches(int64_t step, int64_t begin, int64_t end) const;
  absl::Status Teach(const std::vector<PairExample>& examples, PairBatch& batch) const;

  const PairExamples& examples_;
  const Tokenizer& tokenizer_;
  const Encoder* teacher_;
  TrainPairOptions options_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PAIR_BATCHES_H_
