#include "embed/bundle.h"
#include "embed/encoder.h"
#include "fmt/format.h"

namespace imago {

absl::StatusOr<std::unique_ptr<Encoder>> OpenEncoder(const std::string& bundle_dir,
                                                     const EncoderOptions&) {
  const auto bundle = OpenBundle(bundle_dir);
  if (!bundle.ok()) return bundle.status();
  if (bundle->config.family == "hash") return NewHashEncoder(bundle->config.dim);
  return absl::UnimplementedError(
      fmt::format("{}: a model of family \"{}\" needs a build with LibTorch", bundle_dir,
                  bundle->config.family));
}

}  // namespace imago
