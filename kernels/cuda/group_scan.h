#ifndef IMAGO_KERNELS_CUDA_GROUP_SCAN_H_
#define IMAGO_KERNELS_CUDA_GROUP_SCAN_H_

// Exact search on a GPU: what its two kernels are given. Rows lie on the device as f16 [n, stride],
// in groups of 8 neighbours; queries, up to 64 a pass, as f32 [nq, stride].
//
//   scan_tile.h       best[q, g] = the largest product of query q and a kept row of group g.
//                     Products of single rows never leave the registers.
//   select_groups.h   for each query the `want` groups with the largest of these.
//
// The k best rows lie in at most k groups, so a few groups more than k hold them, and the host
// scores the rows of these groups with its own product (index/group_rank.h, which also says why
// nothing is missed although the device rounds otherwise).
//
// Both are written once, as phases of a block of threads, for any class Block: CudaBlock
// (cuda_block.h) on the device, and HostBlock (tests/support/host_block.h), which the tests run.

#include <cstdint>
#include <limits>

#include "kernels/matrix.h"

struct CUstream_st;

namespace imago {

inline constexpr uint32_t kBlockThreads = 256;
inline constexpr uint32_t kGroupRows = 8;
// Values of each row that a block multiplies at a time. Rows and queries are padded with zeros to a
// multiple of it, which changes no sum.
inline constexpr uint32_t kStep = 16;
inline constexpr uint32_t kMaxQueries = 64;
// The best of a group in which no row is kept.
inline constexpr float kNoRow = -std::numeric_limits<float>::infinity();

// How a block of threads shares a tile of products: each thread has the 8 rows of one group times
// a few queries in registers.
template <uint32_t kQueriesEach, uint32_t kQueryParts>
struct TileShape {
  static constexpr uint32_t kQueriesPerThread = kQueriesEach;
  static constexpr uint32_t kGroups = kBlockThreads / kQueryParts;
  static constexpr uint32_t kRows = kGroups * kGroupRows;
  static constexpr uint32_t kQueries = kQueriesEach * kQueryParts;
};
using BatchShape = TileShape<4, 16>;  // 128 rows x 64 queries: bound by the multipliers
using FewShape = TileShape<1, 4>;     // 512 rows x 4 queries: bound by the memory

// 8 values of a row, which one instruction loads.
struct alignas(16) EightHalves {
  Half values[8];
};

struct GroupMax {
  uint32_t group = 0;
  float score = 0;
};

// Pointers are to the device's memory.
struct ScanArgs {
  const Half* rows = nullptr;      // [num_rows, stride]
  const float* queries = nullptr;  // [num_queries, stride]
  const uint64_t* keep = nullptr;  // RowMask::words; null: all rows
  float* best = nullptr;           // [num_queries, num_groups], written
  uint32_t num_rows = 0;
  uint32_t num_groups = 0;   // num_rows / 8, rounded up
  uint32_t num_queries = 0;  // 1 to 64
  uint32_t stride = 0;       // a multiple of kStep
};

struct SelectArgs {
  const float* best = nullptr;     // [num_queries, num_groups]
  GroupMax* picked = nullptr;      // [num_queries, want], written, in no order
  uint32_t* num_picked = nullptr;  // [num_queries], written: fewer than want only if that is all
  uint32_t num_groups = 0;
  uint32_t num_queries = 0;
  uint32_t want = 0;  // at least 1
};

// Put the kernels on a stream and do not wait. They return 0 or the CUDA runtime's error number.
int LaunchScan(const ScanArgs& args, CUstream_st* stream);
int LaunchSelect(const SelectArgs& args, CUstream_st* stream);

}  // namespace imago

#endif  // IMAGO_KERNELS_CUDA_GROUP_SCAN_H_
