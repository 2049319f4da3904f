#include "index/picture_decoder.h"

#include <memory>
#include <utility>

#include "embed/decode_worker.h"

namespace imago {

PrepareOptions OptionsToIndex(const DecodeOptions& limits, const Encoder& encoder) {
  PrepareOptions options;
  options.decode = limits;
  options.decode.min_short_side = 2 * encoder.preprocess().size;
  options.preprocess = encoder.preprocess();
  return options;
}

PictureDecoder NewPictureDecoder(const std::string& worker_program, const PrepareOptions& options) {
  if (worker_program.empty()) {
    return [options](absl::Span<const uint8_t> bytes) { return PrepareImage(bytes, options); };
  }
  auto child = std::make_shared<std::unique_ptr<IsolatedDecoder>>();
  return [=](absl::Span<const uint8_t> bytes) -> absl::StatusOr<PreparedImage> {
    if (*child == nullptr) {
      auto started = IsolatedDecoder::Start(worker_program);
      if (!started.ok()) return started.status();
      *child = *std::move(started);
    }
    return (*child)->Prepare(bytes, options);
  };
}

}  // namespace imago
