#ifndef IMAGO_KERNELS_ROTATION_H_
#define IMAGO_KERNELS_ROTATION_H_

// A fixed rotation of vectors, to be made before their values are stored in few bits. Embeddings
// have a few values much larger than the others, which alone would set the scale; of a rotated
// vector every value has a part of up to 256 of the original ones. Twice: random signs, then
// Hadamard transforms of 16 values that stand far apart. (After Ailon and Chazelle, 2009, The fast
// Johnson-Lindenstrauss transform.)

#include <cstddef>
#include <vector>

namespace imago {

class Rotation {
 public:
  // Of vectors whose size is a multiple of 128.
  explicit Rotation(size_t size);

  // Rotates in place; `scratch` has room for as many. The result is off by at most kSteps roundings
  // of its length: each step rounds once, and changes all lengths alike.
  static constexpr int kSteps = 8;
  void Apply(float* values, float* scratch) const;
  void Apply(double* values, double* scratch) const;

 private:
  std::vector<float> signs_[2];  // of each transform, times the scale that keeps lengths
};

}  // namespace imago

#endif  // IMAGO_KERNELS_ROTATION_H_
