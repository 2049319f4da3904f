#include "embed/augment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "embed/preprocess.h"
#include "embed/random.h"
#include "fmt/format.h"

namespace imago {
namespace {

struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// Area and aspect are drawn until a crop fits; else the largest square, anywhere.
Box DrawBox(const Image& image, const AugmentOptions& options, Random& random) {
  constexpr int kTries = 10;
  const double spread = std::log(options.max_aspect);
  Box box;
  box.width = box.height = std::min(image.width, image.height);
  for (int i = 0; i < kTries; ++i) {
    const double area = random.Uniform(options.min_area, 1) * image.width * image.height;
    const double aspect = std::exp(random.Uniform(-spread, spread));
    const auto width = static_cast<int>(std::lround(std::sqrt(area * aspect)));
    const auto height = static_cast<int>(std::lround(std::sqrt(area / aspect)));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    box.width = width;
    box.height = height;
    break;
  }
  box.x = static_cast<int>(random.Below(image.width - box.width + 1));
  box.y = static_cast<int>(random.Below(image.height - box.height + 1));
  return box;
}

Image Crop(const Image& image, const Box& box) {
  Image crop{box.width, box.height, std::vector<uint8_t>(size_t{3} * box.width * box.height)};
  const size_t row_bytes = size_t{3} * box.width;
  for (int y = 0; y < box.height; ++y) {
    const size_t from = (static_cast<size_t>(box.y + y) * image.width + box.x) * 3;
    std::memcpy(crop.rgb.data() + y * row_bytes, image.rgb.data() + from, row_bytes);
  }
  return crop;
}

void Mirror(Image& image) {
  for (int y = 0; y < image.height; ++y) {
    uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    for (int left = 0, right = image.width - 1; left < right; ++left, --right) {
      std::swap_ranges(row + left * 3, row + left * 3 + 3, row + right * 3);
    }
  }
}

// ITU-R 601 luma.
double Grey(const uint8_t* pixel) { return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]; }

uint8_t ToByte(double value) {
  return static_cast<uint8_t>(std::clamp(std::lround(value), 0l, 255l));
}

void Scale(Image& image, double factor, double about) {
  for (uint8_t& value : image.rgb) value = ToByte(about + factor * (value - about));
}

double MeanGrey(const Image& image) {
  double sum = 0;
  for (size_t i = 0; i < image.rgb.size(); i += 3) sum += Grey(&image.rgb[i]);
  return sum / (static_cast<double>(image.rgb.size()) / 3);
}

void Saturate(Image& image, double factor) {
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    const double grey = Grey(&image.rgb[i]);
    for (size_t c = 0; c < 3; ++c) {
      image.rgb[i + c] = ToByte(grey + factor * (image.rgb[i + c] - grey));
    }
  }
}

}  // namespace

void ShiftColours(Image& image, const ColourShift& shift) {
  if (shift.brightness != 1) Scale(image, shift.brightness, 0);
  if (shift.contrast != 1) Scale(image, shift.contrast, std::round(MeanGrey(image)));
  if (shift.colour != 1) Saturate(image, shift.colour);
}

AugmentOptions DrawingAugment() {
  AugmentOptions options;
  options.min_area = 0.6;
  options.max_aspect = 1.2;
  options.grey = 0.25;
  options.mirror = 0;
  options.coarse = 0.15;
  return options;
}

std::string Describe(const AugmentOptions& options) {
  return fmt::format(
      "area {} aspect {} jitter {} light {} colour {} to {} grey {} mirror {} coarse {}",
      options.min_area, options.max_aspect, options.jitter, options.light, options.colour_from,
      options.colour_to, options.grey, options.mirror, options.coarse);
}

Image AugmentedView(const Image& image, int size, uint64_t seed, const AugmentOptions& options) {
  constexpr int kCoarseFrom = 24;
  constexpr int kCoarseTo = 96;
  Random random(seed);
  Image view = Crop(image, DrawBox(image, options, random));
  if (random.Uniform() < options.coarse) {
    const auto side = static_cast<int>(kCoarseFrom + random.Below(kCoarseTo - kCoarseFrom + 1));
    view = ResizeBicubic(view, side, side);
  }
  view = ResizeBicubic(view, size, size);
  if (random.Uniform() < options.mirror) Mirror(view);
  if (random.Uniform() < options.jitter) {
    ColourShift shift;
    shift.brightness = random.Uniform(1 - options.light, 1 + options.light);
    shift.contrast = random.Uniform(1 - options.light, 1 + options.light);
    shift.colour = random.Uniform(options.colour_from, options.colour_to);
    ShiftColours(view, shift);
  }
  if (random.Uniform() < options.grey) ShiftColours(view, {1, 1, 0});
  return view;
}

}  // namespace imago
