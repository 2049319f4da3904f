#ifndef IMAGO_EMBED_SKETCH_H_
#define IMAGO_EMBED_SKETCH_H_

// A drawing in units of its own side, which knows where what was drawn lies.

#include <vector>

#include "embed/image.h"
#include "embed/world_draw.h"

namespace imago {

// Edges in parts of the picture's side.
struct Box {
  double left = 1;
  double top = 1;
  double right = 0;
  double bottom = 0;

  bool empty() const { return left >= right || top >= bottom; }
  friend bool operator==(const Box&, const Box&) = default;
};
// The smallest box around both.
Box Union(const Box& a, const Box& b);

// Where a sketch's points come to lie in the picture: first as seen in a mirror, if at all, then
// scaled about the middle of its lower edge, then moved.
struct Framing {
  bool mirrored = false;
  double scale = 1;
  double x = 0;
  double y = 0;
};

class Sketch {
 public:
  Sketch(int size, Rgb colour, const Framing& framing);

  // With round ends.
  void Line(Point from, Point to, double width, Rgb colour);
  void Disc(Point middle, double radius, Rgb colour);
  void Polygon(const std::vector<Point>& corners, Rgb colour);
  void Rectangle(Point corner, Point opposite, Rgb colour);
  // A picture of the same size over all that was drawn so far.
  void Paste(const Image& picture);

  // Around all that was drawn since the last call, cut at the picture's edges.
  Box TakeBox();
  const Image& image() const { return image_; }

 private:
  Point Place(Point point) const;
  void Cover(Point placed, double radius);

  Image image_;
  Framing framing_;
  Box box_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_SKETCH_H_
