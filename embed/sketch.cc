#include "embed/sketch.h"

#include <algorithm>
#include <cmath>

namespace imago {

Box Union(const Box& a, const Box& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

Sketch::Sketch(int size, Rgb colour, const Framing& framing)
    : image_(PlainCanvas(size, colour)), framing_(framing) {}

Point Sketch::Place(Point point) const {
  const double x = framing_.mirrored ? 1 - point.x : point.x;
  return {0.5 + (x - 0.5) * framing_.scale + framing_.x,
          1 + (point.y - 1) * framing_.scale + framing_.y};
}

void Sketch::Cover(Point placed, double radius) {
  const auto within = [](double value) { return std::clamp(value, 0.0, 1.0); };
  box_ = Union(box_, {within(placed.x - radius), within(placed.y - radius),
                      within(placed.x + radius), within(placed.y + radius)});
}

void Sketch::Disc(Point middle, double radius, Rgb colour) {
  const Point placed = Place(middle);
  const double scaled = radius * framing_.scale;
  Cover(placed, scaled);
  FillDisc(image_, {placed.x * image_.width, placed.y * image_.width, scaled * image_.width},
           colour);
}

void Sketch::Polygon(const std::vector<Point>& corners, Rgb colour) {
  std::vector<Point> pixels;
  for (const Point& corner : corners) {
    const Point placed = Place(corner);
    Cover(placed, 0);
    pixels.push_back({placed.x * image_.width, placed.y * image_.width});
  }
  FillPolygon(image_, pixels, colour);
}

void Sketch::Rectangle(Point corner, Point opposite, Rgb colour) {
  Polygon({corner, {opposite.x, corner.y}, opposite, {corner.x, opposite.y}}, colour);
}

void Sketch::Paste(const Image& picture) {
  image_ = picture;
  box_ = {0, 0, 1, 1};
}

void Sketch::Line(Point from, Point to, double width, Rgb colour) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  Disc(from, width / 2, colour);
  Disc(to, width / 2, colour);
  if (length == 0) return;
  const double dx = -(to.y - from.y) / length * width / 2;
  const double dy = (to.x - from.x) / length * width / 2;
  Polygon({{from.x + dx, from.y + dy},
           {to.x + dx, to.y + dy},
           {to.x - dx, to.y - dy},
           {from.x - dx, from.y - dy}},
          colour);
}

Box Sketch::TakeBox() {
  const Box taken = box_;
  box_ = Box();
  return taken;
}

}  // namespace imago
