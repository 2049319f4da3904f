#ifndef IMAGO_EMBED_WORLD_DRAW_H_
#define IMAGO_EMBED_WORLD_DRAW_H_

// Shapes and pictures on a canvas.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "embed/image.h"

namespace imago {

struct Rgb {
  uint8_t red;
  uint8_t green;
  uint8_t blue;
};

inline constexpr std::array<std::string_view, 10> kShapes = {
    "circle",  "square", "triangle", "star",    "heart",
    "diamond", "cross",  "ring",     "hexagon", "arrow"};

// A middle and a radius in pixels.
struct Spot {
  double x;
  double y;
  double radius;
};

// In pixels, or whatever is said; y grows downwards.
struct Point {
  double x;
  double y;
};

Image PlainCanvas(int size, Rgb colour);
// In pixels, with smooth edges.
void FillPolygon(Image& canvas, const std::vector<Point>& corners, Rgb colour);
void FillDisc(Image& canvas, const Spot& spot, Rgb colour);
// One of kShapes, upright, within the circle of the spot; smooth edges.
void DrawShape(Image& canvas, size_t shape, const Spot& spot, Rgb colour);
// The picture, as large as fits into the circle's square. White lets the canvas show through.
void DrawPicture(Image& canvas, const Image& picture, const Spot& spot);

}  // namespace imago

#endif  // IMAGO_EMBED_WORLD_DRAW_H_
