#include "embed/encoder.h"
#include "embed/torch/torch_encoder.h"
#include "fmt/format.h"

namespace imago {

absl::StatusOr<std::unique_ptr<Encoder>> OpenEncoder(const std::string& bundle_dir,
                                                     const EncoderOptions& options) {
  const auto bundle = OpenBundle(bundle_dir);
  if (!bundle.ok()) return bundle.status();
  if (bundle->config.family == "hash") return NewHashEncoder(bundle->config.dim);
  if (bundle->config.family == "clip") return TorchEncoder::Open(*bundle, options);
  return absl::UnimplementedError(fmt::format("{}: no encoder for a model of family \"{}\"",
                                              bundle_dir, bundle->config.family));
}

}  // namespace imago
