#ifndef IMAGO_TESTS_SUPPORT_WATCHED_ENCODER_H_
#define IMAGO_TESTS_SUPPORT_WATCHED_ENCODER_H_

// The hash encoder with something added by a test: override Encode and call HashEncode in it.

#include <memory>
#include <string>

#include "embed/encoder.h"

namespace imago {

class WatchedEncoder : public Encoder {
 public:
  int dim() const override { return hash_->dim(); }
  const std::string& model() const override { return hash_->model(); }
  const PreprocessOptions& preprocess() const override { return hash_->preprocess(); }
  double logit_scale() const override { return hash_->logit_scale(); }

 protected:
  absl::StatusOr<Embeddings> HashEncode(absl::Span<const Content> batch) const {
    return hash_->Encode(batch);
  }

 private:
  std::unique_ptr<Encoder> hash_ = NewHashEncoder();
};

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_WATCHED_ENCODER_H_
