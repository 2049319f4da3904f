#ifndef IMAGO_EMBED_NET_LAYERS_H_
#define IMAGO_EMBED_NET_LAYERS_H_

// Layers of a small network that is computed without LibTorch, read from a safetensors file under
// the names that LibTorch's modules give them. Errors name the tensor: kNotFound, kInvalidArgument
// for a shape that does not fit and for values beyond +-10,000, with which sums might overflow.

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/safetensors.h"
#include "kernels/matrix.h"

namespace imago {

// x to weight * x + bias; weight [out, in].
struct LinearLayer {
  Matrix weight;
  std::vector<float> bias;

  // [n, in] to [n, out]
  Matrix Apply(const Matrix& rows) const;
};

// One layer of bidirectional LSTM (Hochreiter and Schmidhuber 1997); gates in the order input,
// forget, cell, output.
struct LstmLayer {
  struct Direction {
    LinearLayer input;  // [4 * width, in]
    Matrix recurrent;   // [4 * width, width]
  };
  Direction forward;
  Direction backward;

  size_t width() const { return forward.recurrent.cols(); }  // of each direction
  // [n, in] to [n, 2 * width]
  Matrix Apply(const Matrix& rows) const;
};

absl::StatusOr<std::vector<float>> ReadVector(const SafetensorsFile& file, const std::string& name,
                                              size_t size);
// Where a number of rows or columns is 0, any from 1 to 4,096 will do.
absl::StatusOr<Matrix> ReadMatrix(const SafetensorsFile& file, const std::string& name, size_t rows,
                                  size_t cols);
absl::StatusOr<LinearLayer> ReadLinearLayer(const SafetensorsFile& file, const std::string& name,
                                            size_t out, size_t in);
// Layer number `layer` of the LSTM `name`.
absl::StatusOr<LstmLayer> ReadLstmLayer(const SafetensorsFile& file, const std::string& name,
                                        int layer, size_t in);

void Rectify(Matrix& matrix);

}  // namespace imago

#endif  // IMAGO_EMBED_NET_LAYERS_H_
