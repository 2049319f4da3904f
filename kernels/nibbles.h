#ifndef IMAGO_KERNELS_NIBBLES_H_
#define IMAGO_KERNELS_NIBBLES_H_

// What the tables compute on rows of 4-bit values: whole-number dot products with 8-bit queries,
// and which of them may reach a score. Sums of whole numbers are the same in every table.

#include <cstddef>
#include <cstdint>

namespace imago {

// A row is `groups` groups of 128 values, 0 to 15, in 64 bytes: byte j of a group holds value j in
// its lower half and value 64 + j in its upper one. What a row lacks to a full group is zero.
inline constexpr size_t kNibbleGroup = 128;
inline constexpr size_t kNibbleGroupBytes = 64;

struct NibbleQueries {
  // [count, groups * kNibbleGroup], each -127 to 127.
  const int8_t* values = nullptr;
  size_t count = 0;
  size_t groups = 0;
  // So many groups of products can be added up in 16 bits, whatever the rows: where byte j meets
  // byte j of the other 32-byte halves, pairs of values together (see NibbleRun). At least 2.
  size_t run = 2;
};

// The largest `run` that suits the queries: `groups` where their values allow it, else 2.
size_t NibbleRun(const NibbleQueries& queries);

// A row's score is at most scale * (slope * dot + offset) + norm * error.
struct ScoreBound {
  float slope = 0;
  float offset = 0;
  float norm = 0;
  float least = 0;  // the score to reach
};

}  // namespace imago

#endif  // IMAGO_KERNELS_NIBBLES_H_
