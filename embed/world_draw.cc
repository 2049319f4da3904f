#include "embed/world_draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "embed/preprocess.h"
#include "opencv2/imgproc.hpp"

namespace imago {
namespace {

constexpr int kFractionBits = 4;  // of OpenCV's coordinates

cv::Mat AsMat(Image& image) { return {image.height, image.width, CV_8UC3, image.rgb.data()}; }

cv::Scalar AsScalar(Rgb colour) {
  return {double(colour.red), double(colour.green), double(colour.blue)};
}

cv::Point FixedPoint(double x, double y) {
  constexpr double kOne = 1 << kFractionBits;
  return {static_cast<int>(std::lround(x * kOne)), static_cast<int>(std::lround(y * kOne))};
}

// Corners relative to the spot, in its radii.
using Corners = std::vector<Point>;

Corners Star(int points, double inner) {
  Corners corners;
  const int count = inner == 1 ? points : 2 * points;
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * i / count;
    const double radius = i % 2 == 1 ? inner : 1;
    corners.push_back({radius * std::sin(angle), -radius * std::cos(angle)});
  }
  return corners;
}

// A well-known parametric curve.
Corners Heart() {
  Corners corners;
  for (int i = 0; i < 48; ++i) {
    const double t = 2 * std::numbers::pi * i / 48;
    const double y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
    corners.push_back({0.9 * std::pow(std::sin(t), 3), -y / 18});
  }
  return corners;
}

Corners CornersOf(std::string_view shape) {
  constexpr double kArm = 0.3;
  if (shape == "square") return {{-0.8, -0.8}, {0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}};
  if (shape == "triangle") return Star(3, 1);
  if (shape == "star") return Star(5, 0.42);
  if (shape == "heart") return Heart();
  if (shape == "diamond") return {{0, -1}, {0.65, 0}, {0, 1}, {-0.65, 0}};
  if (shape == "hexagon") return Star(6, 1);
  if (shape == "cross") {
    return {{-kArm, -1}, {kArm, -1}, {kArm, -kArm}, {1, -kArm}, {1, kArm},   {kArm, kArm},
            {kArm, 1},   {-kArm, 1}, {-kArm, kArm}, {-1, kArm}, {-1, -kArm}, {-kArm, -kArm}};
  }
  return {{-0.3, 1}, {-0.3, 0}, {-0.75, 0}, {0, -1}, {0.75, 0}, {0.3, 0}, {0.3, 1}};  // arrow
}

}  // namespace

Image PlainCanvas(int size, Rgb colour) {
  Image canvas{size, size, std::vector<uint8_t>(size_t{3} * size * size)};
  AsMat(canvas).setTo(AsScalar(colour));
  return canvas;
}

void FillPolygon(Image& canvas, const std::vector<Point>& corners, Rgb colour) {
  std::vector<cv::Point> points;
  for (const Point& corner : corners) points.push_back(FixedPoint(corner.x, corner.y));
  cv::fillPoly(AsMat(canvas), std::vector<std::vector<cv::Point>>{points}, AsScalar(colour),
               cv::LINE_AA, kFractionBits);
}

void FillDisc(Image& canvas, const Spot& spot, Rgb colour) {
  constexpr double kOne = 1 << kFractionBits;
  cv::circle(AsMat(canvas), FixedPoint(spot.x, spot.y), static_cast<int>(spot.radius * kOne),
             AsScalar(colour), cv::FILLED, cv::LINE_AA, kFractionBits);
}

void DrawShape(Image& canvas, size_t shape, const Spot& spot, Rgb colour) {
  const std::string_view name = kShapes[shape];
  if (name == "circle") return FillDisc(canvas, spot, colour);
  if (name == "ring") {
    constexpr double kOne = 1 << kFractionBits;
    const int thickness = std::max(1, static_cast<int>(0.36 * spot.radius));
    cv::circle(AsMat(canvas), FixedPoint(spot.x, spot.y),
               static_cast<int>(0.8 * spot.radius * kOne), AsScalar(colour), thickness, cv::LINE_AA,
               kFractionBits);
    return;
  }
  Corners corners = CornersOf(name);
  for (Point& corner : corners) {
    corner = {spot.x + corner.x * spot.radius, spot.y + corner.y * spot.radius};
  }
  FillPolygon(canvas, corners, colour);
}

void DrawPicture(Image& canvas, const Image& picture, const Spot& spot) {
  const double scale = 2 * spot.radius / std::max(picture.width, picture.height);
  const int width = std::max(1, static_cast<int>(picture.width * scale));
  const int height = std::max(1, static_cast<int>(picture.height * scale));
  const Image small = ResizeBicubic(picture, width, height);
  const int left = static_cast<int>(spot.x - width / 2.0);
  const int top = static_cast<int>(spot.y - height / 2.0);
  for (int y = std::max(0, -top); y < std::min(height, canvas.height - top); ++y) {
    for (int x = std::max(0, -left); x < std::min(width, canvas.width - left); ++x) {
      const size_t from = (static_cast<size_t>(y) * width + x) * 3;
      const size_t to = (static_cast<size_t>(top + y) * canvas.width + left + x) * 3;
      for (size_t c = 0; c < 3; ++c) {
        canvas.rgb[to + c] = static_cast<uint8_t>(canvas.rgb[to + c] * small.rgb[from + c] / 255);
      }
    }
  }
}

}  // namespace imago
