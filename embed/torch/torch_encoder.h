#ifndef IMAGO_EMBED_TORCH_TORCH_ENCODER_H_
#define IMAGO_EMBED_TORCH_TORCH_ENCODER_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/encoder.h"
#include "embed/tokenizer.h"
#include "embed/torch/clip_model.h"

namespace imago {

// A bundle of family "clip" as an encoder: pictures and texts in passes of at most max_batch each,
// texts sorted by length so that little is spent on padding. One Encode runs at a time, others
// wait. LibTorch's number of threads belongs to the whole process: each Encode sets it to its own.
class TorchEncoder : public Encoder {
 public:
  static absl::StatusOr<std::unique_ptr<Encoder>> Open(const Bundle& bundle,
                                                       const EncoderOptions& options);

  int dim() const override { return bundle_.config.dim; }
  const std::string& model() const override { return bundle_.id; }
  const PreprocessOptions& preprocess() const override { return bundle_.config.preprocess; }
  // Of "logit_scale" in the bundle's weights, which was trained on the part of the rows that
  // pictures and texts share.
  double logit_scale() const override { return logit_scale_; }
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override;

 private:
  // A model as the bundle has it.
  struct Opened {
    std::shared_ptr<ClipModel> model;
    double logit_scale = 0;
  };

  TorchEncoder(Bundle bundle, const EncoderOptions& options, std::unique_ptr<Tokenizer> tokenizer,
               Opened opened);
  static absl::StatusOr<Opened> OpenModel(const Bundle& bundle, int vocab_size, bool bfloat16);

  // Contents' positions in the batch and, of texts, their ids.
  struct Text {
    size_t position = 0;
    std::vector<int32_t> ids;
  };
  absl::Status EncodeAll(absl::Span<const Content> batch, Embeddings& embeddings) const;
  absl::Status EncodeImages(absl::Span<const Content> batch, absl::Span<const size_t> positions,
                            Embeddings& embeddings) const;
  // In passes; to rows of their positions.
  void EncodeTexts(absl::Span<const Text> texts, Matrix& rows) const;
  void EncodeTextPass(absl::Span<const Text> texts, Matrix& rows) const;
  // Texts with phrases to tell apart (caption_phrases.h) get what these add.
  void AddRelations(absl::Span<const Content> batch, Matrix& rows) const;
  // Shortest first.
  std::vector<Text> TokenizeByLength(absl::Span<const Content> batch) const;

  Bundle bundle_;
  EncoderOptions options_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::shared_ptr<ClipModel> model_;
  double logit_scale_;
  bool channels_last_ = false;
  mutable std::mutex forward_mutex_;
};

// Whether the CPU multiplies bf16 natively (AVX512-BF16 or AMX).
bool CpuHasBfloat16();

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TORCH_ENCODER_H_
