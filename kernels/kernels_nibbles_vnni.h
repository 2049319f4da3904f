#ifndef IMAGO_KERNELS_KERNELS_NIBBLES_VNNI_H_
#define IMAGO_KERNELS_KERNELS_NIBBLES_VNNI_H_

// Products of nibbles by vpdpbusd, which adds four products of an unsigned and a signed byte to a
// sum of 32 bits, for registers of 32 and of 64 bytes. V, of an unnamed namespace so that each file
// keeps its own code, has
//
//   Bytes                    the register
//   kQueries                 so many queries by four rows leave room for their sums
//   Load(p), Low(v), High(v) bytes as they lie, their lower and their upper halves
//   Add(sum, values, query)  vpdpbusd
//   StoreSums(v, out)        the sums of the lanes of v[0] to v[3]

#include "kernels/nibbles.h"

namespace imago {

template <typename V>
struct VnniNibbles {
  using Bytes = typename V::Bytes;

  // out[q * stride + r] for Q queries and R rows, R a multiple of 4 or 1.
  template <int Q, int R>
  static void Block(const int8_t* query, size_t groups, const uint8_t* const* rows, int32_t* out,
                    size_t stride) {
    Bytes sum[Q][R] = {};
    for (size_t byte = 0; byte < groups * kNibbleGroupBytes; byte += sizeof(Bytes)) {
      const int8_t* values =
          query + byte / kNibbleGroupBytes * kNibbleGroup + byte % kNibbleGroupBytes;
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const Bytes both = V::Load(rows[r] + byte);
        const Bytes low = V::Low(both), high = V::High(both);
#pragma GCC unroll 8
        for (int q = 0; q < Q; ++q) {
          const int8_t* of_query = values + q * groups * kNibbleGroup;
          sum[q][r] = V::Add(sum[q][r], low, V::Load(of_query));
          sum[q][r] = V::Add(sum[q][r], high, V::Load(of_query + kNibbleGroupBytes));
        }
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      if constexpr (R == 1) {
        const Bytes four[4] = {sum[q][0]};
        int32_t sums[4];
        V::StoreSums(four, sums);
        out[q * stride] = sums[0];
      } else {
#pragma GCC unroll 8
        for (int r = 0; r < R; r += 4) V::StoreSums(sum[q] + r, out + q * stride + r);
      }
    }
  }

  // Q queries against all rows, RB rows at a time.
  template <int Q, int RB>
  static void QueryBlock(const NibbleQueries& queries, size_t first, const uint8_t* const* rows,
                         size_t count, int32_t* out) {
    const size_t groups = queries.groups;
    const int8_t* query = queries.values + first * groups * kNibbleGroup;
    size_t r = 0;
    for (; r + RB <= count; r += RB) {
      Block<Q, RB>(query, groups, rows + r, out + first * count + r, count);
    }
    for (; r < count; ++r) Block<Q, 1>(query, groups, rows + r, out + first * count + r, count);
  }

  static void Dots(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                   int32_t* out) {
    constexpr size_t kMany = V::kQueries;
    size_t q = 0, left = queries.count;
    for (; left >= kMany; q += kMany, left -= kMany) {
      QueryBlock<kMany, 4>(queries, q, rows, count, out);
    }
    for (; left >= 2; q += 2, left -= 2) QueryBlock<2, 4>(queries, q, rows, count, out);
    if (left == 1) QueryBlock<1, 8>(queries, q, rows, count, out);
  }
};

}  // namespace imago

#endif  // IMAGO_KERNELS_KERNELS_NIBBLES_VNNI_H_
