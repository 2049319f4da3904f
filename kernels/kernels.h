#ifndef IMAGO_KERNELS_KERNELS_H_
#define IMAGO_KERNELS_KERNELS_H_

// The inner loops, one table of functions for each instruction set. The scalar table is the truth:
// plain loops with sums in double. The best table this CPU runs is chosen once; the environment
// variable IMAGO_KERNELS (scalar, avx2, avxvnni, avx512, avx512vnni, amx) or SetKernels overrides
// it; a name that this CPU lacks is passed over. Within a table a dot product is the same to the
// bit in every function, in every batch, and for f16 rows as for the same rows in f32.

#include <cstddef>
#include <string_view>
#include <vector>

#include "kernels/crumbs.h"
#include "kernels/matrix.h"
#include "kernels/nibbles.h"

namespace imago {

struct Kernels {
  const char* name;
  // Dot product of n elements; any n, any alignment.
  float (*dot_f32)(const float* a, const float* b, size_t n);
  float (*dot_f16)(const float* a, const Half* b, size_t n);
  // out[q * rows + r] = dot(query q, row r); queries [nq, n], rows [rows, n].
  void (*dots_f32)(const float* queries, size_t nq, const float* data, size_t rows, size_t n,
                   float* out);
  void (*dots_f16)(const float* queries, size_t nq, const Half* data, size_t rows, size_t n,
                   float* out);
  // Conversions round to nearest even; f32 values beyond f16's range become infinities.
  void (*to_f16)(const float* in, Half* out, size_t n);
  void (*to_f32)(const Half* in, float* out, size_t n);
  // y += scale * x.
  void (*add_scaled)(const float* x, float scale, float* y, size_t n);
  // out[q * count + r] = the dot product of query q and the row at rows[r]; equal in every table.
  void (*nibble_dots)(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                      int32_t* out);
  // out[r] = the dot product of a query [groups * kCrumbGroup], each value -127 to 127, and the row
  // at rows[r]; equal in every table.
  void (*crumb_dots)(const int8_t* query, size_t groups, const uint8_t* const* rows, size_t count,
                     int32_t* out);
  // Which of up to 64 rows may reach bound.least, row r in bit r; equal in every table. Rounded to
  // nearest, so the caller leaves room for that in `least`.
  uint64_t (*reaching)(const int32_t* dots, const float* scales, const float* errors, size_t count,
                       const ScoreBound& bound);
};

const Kernels& ScalarKernels();
// The tables this CPU can run, scalar first, best last. Makes a system call (for AMX) at first.
std::vector<const Kernels*> AvailableKernels();
// The table in use.
const Kernels& ActiveKernels();
// Puts the named table in use for the whole process; false when this CPU or build lacks it. For
// tests and start-up only: threads that are computing meanwhile may use either table.
bool SetKernels(std::string_view name);

// Scales each row to unit length (L2). Rows of zeros, and rows with a NaN or an infinity, stay as
// they are; returns how many those were.
size_t NormalizeRows(Matrix& matrix);
HalfMatrix ToHalf(MatrixView matrix);
Matrix ToFloat(HalfMatrixView matrix);

}  // namespace imago

#endif  // IMAGO_KERNELS_KERNELS_H_
