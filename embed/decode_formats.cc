#include "embed/decode_formats.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "opencv2/core.hpp"

namespace imago {

absl::Status CheckDimensions(ImageFormat format, int64_t width, int64_t height,
                             const DecodeOptions& options) {
  const std::string size = fmt::format("{} x {} pixels", width, height);
  if (width < 1 || height < 1) return Corrupt(format, "the header says " + size);
  // Sides are at most 2^32, so the product cannot be trusted but the quotient can.
  if (width > options.max_pixels / height) {
    return absl::InvalidArgumentError(fmt::format("{}: {} are over the limit of {} pixels",
                                                  ImageFormatName(format), size,
                                                  options.max_pixels));
  }
  if (std::max(width, height) > options.max_ratio * std::min(width, height)) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}: the longer side is over the limit of {} times the shorter one",
                    ImageFormatName(format), size, options.max_ratio));
  }
  return absl::OkStatus();
}

absl::Status Corrupt(ImageFormat format, const std::string& what) {
  return absl::DataLossError(fmt::format("{}: {}", ImageFormatName(format), what));
}

absl::Status Unsupported(ImageFormat format, const std::string& what) {
  return absl::UnimplementedError(fmt::format("{}: {}", ImageFormatName(format), what));
}

Image NewImage(int width, int height) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<size_t>(width) * height * 3);
  return image;
}

void BlendOnWhite(const uint8_t* rgba, size_t pixels, uint8_t* rgb) {
  for (size_t i = 0; i < pixels; ++i) {
    const uint8_t alpha = rgba[i * 4 + 3];
    for (size_t c = 0; c < 3; ++c) rgb[i * 3 + c] = OverWhite(rgba[i * 4 + c], alpha);
  }
}

Image Upright(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  const bool turned = orientation >= 5;  // rows are columns
  Image image =
      turned ? NewImage(stored.height, stored.width) : NewImage(stored.width, stored.height);
  const cv::Mat in(stored.height, stored.width, CV_8UC3, stored.rgb.data());
  cv::Mat out(image.height, image.width, CV_8UC3, image.rgb.data());
  if (turned) cv::transpose(in, out);
  const cv::Mat& source = turned ? out : in;
  constexpr int kBoth = -1;
  constexpr int kUpDown = 0;
  constexpr int kLeftRight = 1;
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(source, out, kLeftRight);
      break;
    case 3:
    case 7:
      cv::flip(source, out, kBoth);
      break;
    case 4:
    case 8:
      cv::flip(source, out, kUpDown);
      break;
    default:
      break;
  }
  return image;
}

DecodedImage MakeDecoded(ImageFormat format, Image stored, int orientation) {
  DecodedImage decoded{Upright(std::move(stored), orientation), format, 0, 0};
  decoded.full_width = decoded.image.width;
  decoded.full_height = decoded.image.height;
  return decoded;
}

}  // namespace imago
