#ifndef IMAGO_KERNELS_CRUMBS_H_
#define IMAGO_KERNELS_CRUMBS_H_

// What the tables compute on rows of 2-bit values: whole-number dot products with one 8-bit query.

#include <cstddef>
#include <cstdint>

namespace imago {

// A row is `groups` groups of 128 values, 0 to 3, in 32 bytes: byte j of a group holds values j,
// 32 + j, 64 + j and 96 + j, the first in its lowest bits.
inline constexpr size_t kCrumbGroup = 128;
inline constexpr size_t kCrumbGroupBytes = 32;

}  // namespace imago

#endif  // IMAGO_KERNELS_CRUMBS_H_
