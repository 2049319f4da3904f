#include <cstring>
#include <memory>

#include "embed/decode_formats.h"
#include "embed/exif.h"
#include "fmt/format.h"
#include "webp/decode.h"
#include "webp/demux.h"

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kWebp;
constexpr size_t kRiffHeaderBytes = 8;

struct DemuxDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxDeleter>;

// The first frame; of a still picture the picture.
class FirstFrame {
 public:
  explicit FirstFrame(const WebPDemuxer* demuxer)
      : found_(WebPDemuxGetFrame(demuxer, 1, &frame_) != 0) {}
  ~FirstFrame() { WebPDemuxReleaseIterator(&frame_); }
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;

  bool found() const { return found_; }
  const WebPIterator& operator*() const { return frame_; }
  const WebPIterator* operator->() const { return &frame_; }

 private:
  WebPIterator frame_{};
  bool found_;
};

uint32_t RiffSize(ByteSpan bytes) {
  return bytes[4] | uint32_t{bytes[5]} << 8 | uint32_t{bytes[6]} << 16 | uint32_t{bytes[7]} << 24;
}

// The canvas of an extended file, which is allowed to be far larger than any frame.
absl::Status CheckCanvas(ByteSpan bytes, const DecodeOptions& options) {
  const bool is_extended = bytes.size() >= 30 && std::memcmp(&bytes[12], "VP8X", 4) == 0;
  if (!is_extended) return absl::OkStatus();
  const auto side = [bytes](size_t at) {
    return 1 + (bytes[at] | int64_t{bytes[at + 1]} << 8 | int64_t{bytes[at + 2]} << 16);
  };
  return CheckDimensions(kFormat, side(24), side(27), options);
}

int Orientation(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk{};
  const bool found = WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0;
  const int orientation = found ? ExifOrientation({chunk.chunk.bytes, chunk.chunk.size}) : 1;
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

// Decodes the frame into rows of `stride` bytes, 3 or 4 to a pixel.
absl::Status ReadFrame(const WebPIterator& frame, WEBP_CSP_MODE mode, uint8_t* out, size_t stride) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) return Corrupt(kFormat, "library of another version");
  config.output.colorspace = mode;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = out;
  config.output.u.RGBA.stride = static_cast<int>(stride);
  config.output.u.RGBA.size = stride * frame.height;
  const VP8StatusCode code = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  if (code == VP8_STATUS_OK) return absl::OkStatus();
  if (code == VP8_STATUS_OUT_OF_MEMORY) {
    return absl::ResourceExhaustedError("WebP: not enough memory");
  }
  return Corrupt(kFormat, fmt::format("the decoder stopped with code {}", static_cast<int>(code)));
}

// Lays the frame on the canvas, which is white and holds all of it.
absl::Status Compose(const WebPIterator& frame, Image& canvas) {
  const bool fills = frame.width == canvas.width && frame.height == canvas.height;
  const size_t width = frame.width;
  if (fills && !frame.has_alpha) return ReadFrame(frame, MODE_RGB, canvas.rgb.data(), width * 3);
  std::vector<uint8_t> rgba(width * frame.height * 4);
  if (auto s = ReadFrame(frame, MODE_RGBA, rgba.data(), width * 4); !s.ok()) return s;
  for (int y = 0; y < frame.height; ++y) {
    const size_t to = static_cast<size_t>(frame.y_offset + y) * canvas.width + frame.x_offset;
    BlendOnWhite(&rgba[y * width * 4], width, &canvas.rgb[to * 3]);
  }
  return absl::OkStatus();
}

bool Fits(const WebPIterator& frame, const Image& canvas) {
  return frame.x_offset >= 0 && frame.y_offset >= 0 && frame.width >= 1 && frame.height >= 1 &&
         frame.width <= canvas.width - frame.x_offset &&
         frame.height <= canvas.height - frame.y_offset;
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeWebp(ByteSpan bytes, const DecodeOptions& options) {
  if (RiffSize(bytes) > bytes.size() - kRiffHeaderBytes) {
    return Corrupt(kFormat, "premature end of file");
  }
  if (auto s = CheckCanvas(bytes, options); !s.ok()) return s;
  const WebPData data = {bytes.data(), bytes.size()};
  const Demuxer demuxer(WebPDemux(&data));
  if (demuxer == nullptr) return Corrupt(kFormat, "bad structure");
  const int64_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const int64_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  if (auto s = CheckDimensions(kFormat, width, height, options); !s.ok()) return s;
  const FirstFrame frame(demuxer.get());
  if (!frame.found()) return Corrupt(kFormat, "no frame");
  Image canvas = NewImage(static_cast<int>(width), static_cast<int>(height));
  std::memset(canvas.rgb.data(), 255, canvas.rgb.size());
  if (!Fits(*frame, canvas)) return Corrupt(kFormat, "the frame lies outside the picture");
  if (auto s = Compose(*frame, canvas); !s.ok()) return s;
  return MakeDecoded(kFormat, std::move(canvas), Orientation(demuxer.get()));
}

}  // namespace imago
