#ifndef IMAGO_KERNELS_CUDA_SCAN_TILE_H_
#define IMAGO_KERNELS_CUDA_SCAN_TILE_H_

// One block's part of the scan: a tile of Shape::kRows rows times all queries of the pass. As every
// tiled matrix product it goes along the rows 16 values at a time:
//
//   load      the block copies [rows, 16] and [queries, 16] into shared memory, as f32,
//   multiply  each thread adds 16 products to each of its sums, 8 rows times 1 or 4 queries,
//
// and at the end each thread writes the largest sum of its 8 rows for each of its queries. So each
// row is read from the device's memory once, and each value in shared memory is used 4 to 8 times
// from there.
//
// To be included after a Block (cuda_block.h or the tests' HostBlock).

#include "kernels/cuda/group_scan.h"

namespace imago {

template <class Shape>
struct TileMemory {
  float rows[kStep][Shape::kRows + 1];  // one more, so that columns begin in different banks
  float queries[kStep][Shape::kQueries + 1];
};

template <class Shape>
struct TileSums {
  float of[Shape::kQueriesPerThread][kGroupRows];
};

// Which thread has which part: neighbours have neighbouring groups of the same queries.
template <class Shape>
IMAGO_DEVICE uint32_t GroupOf(uint32_t thread) {
  return thread % Shape::kGroups;
}
template <class Shape>
IMAGO_DEVICE uint32_t FirstQueryOf(uint32_t thread) {
  return thread / Shape::kGroups * Shape::kQueriesPerThread;
}

// Where a tile's row lies in shared memory: the first rows of all groups, then all second ones, and
// so on. Neighbouring threads then read neighbouring words, which no two of have the same bank.
template <class Shape>
IMAGO_DEVICE uint32_t ColumnOf(uint32_t row) {
  return row % kGroupRows * Shape::kGroups + row / kGroupRows;
}

// The kept rows of a group, the first in bit 0.
inline IMAGO_DEVICE uint32_t KeptRows(const ScanArgs& args, uint32_t group) {
  const uint32_t first = group * kGroupRows;
  const uint32_t there = args.num_rows - first;
  const uint32_t all = there < kGroupRows ? (1u << there) - 1 : 0xff;
  if (args.keep == nullptr) return all;
  return static_cast<uint32_t>(args.keep[first / 64] >> (first % 64)) & all;
}

// Whether the tile has a kept row at all: a filter that keeps few rows skips most tiles.
template <class Shape>
IMAGO_DEVICE bool AnyKept(const ScanArgs& args, uint32_t tile) {
  if (args.keep == nullptr) return true;
  static_assert(Shape::kRows % 64 == 0);
  const uint32_t words = (args.num_rows - 1) / 64 + 1;
  const uint32_t first = tile * (Shape::kRows / 64);
  for (uint32_t word = first; word < first + Shape::kRows / 64 && word < words; ++word) {
    if (args.keep[word] != 0) return true;
  }
  return false;
}

template <class Shape, class Block>
IMAGO_DEVICE void LoadRows(Block& block, const ScanArgs& args, uint32_t tile, uint32_t from,
                           uint32_t thread, TileMemory<Shape>& memory) {
  constexpr uint32_t kPieces = kStep / 8;
  for (uint32_t i = thread; i < Shape::kRows * kPieces; i += kBlockThreads) {
    const uint32_t row = i / kPieces, piece = i % kPieces * 8;
    const uint64_t source = uint64_t{tile} * Shape::kRows + row;
    EightHalves eight = {};
    if (source < args.num_rows) {
      eight = block.Load(args.rows + source * args.stride + from + piece);
    }
    for (uint32_t j = 0; j < 8; ++j) {
      memory.rows[piece + j][ColumnOf<Shape>(row)] = block.ToFloat(eight.values[j]);
    }
  }
}

template <class Shape>
IMAGO_DEVICE void LoadQueries(const ScanArgs& args, uint32_t from, uint32_t thread,
                              TileMemory<Shape>& memory) {
  for (uint32_t i = thread; i < Shape::kQueries * kStep; i += kBlockThreads) {
    const uint32_t query = i / kStep, at = i % kStep;
    memory.queries[at][query] =
        query < args.num_queries ? args.queries[uint64_t{query} * args.stride + from + at] : 0;
  }
}

template <class Shape>
IMAGO_DEVICE void Multiply(const TileMemory<Shape>& memory, uint32_t thread,
                           TileSums<Shape>& sums) {
  const uint32_t group = GroupOf<Shape>(thread), first = FirstQueryOf<Shape>(thread);
  for (uint32_t at = 0; at < kStep; ++at) {
    float rows[kGroupRows];
    for (uint32_t r = 0; r < kGroupRows; ++r) {
      rows[r] = memory.rows[at][group + r * Shape::kGroups];
    }
    for (uint32_t q = 0; q < Shape::kQueriesPerThread; ++q) {
      const float query = memory.queries[at][first + q];
      for (uint32_t r = 0; r < kGroupRows; ++r) sums.of[q][r] += query * rows[r];
    }
  }
}

// The largest of each query's sums over the thread's kept rows.
template <class Shape>
IMAGO_DEVICE void WriteBest(const ScanArgs& args, uint32_t tile, uint32_t thread,
                            const TileSums<Shape>& sums) {
  const uint32_t group = tile * Shape::kGroups + GroupOf<Shape>(thread);
  if (group >= args.num_groups) return;
  const uint32_t kept = KeptRows(args, group);
  for (uint32_t q = 0; q < Shape::kQueriesPerThread; ++q) {
    const uint32_t query = FirstQueryOf<Shape>(thread) + q;
    if (query >= args.num_queries) return;
    float best = kNoRow;
    for (uint32_t r = 0; r < kGroupRows; ++r) {
      if ((kept >> r & 1) != 0 && sums.of[q][r] > best) best = sums.of[q][r];
    }
    args.best[uint64_t{query} * args.num_groups + group] = best;
  }
}

template <class Shape, class Block>
IMAGO_DEVICE void ScanTile(Block& block, const ScanArgs& args, uint32_t tile,
                           TileMemory<Shape>& memory) {
  typename Block::template PerThread<TileSums<Shape>> sums{};
  if (AnyKept<Shape>(args, tile)) {  // the same for all threads of the block
    for (uint32_t from = 0; from < args.stride; from += kStep) {
      block.Phase([&](uint32_t thread) {
        LoadRows(block, args, tile, from, thread, memory);
        LoadQueries(args, from, thread, memory);
      });
      block.Phase([&](uint32_t thread) { Multiply(memory, thread, sums[thread]); });
    }
  }
  block.Phase([&](uint32_t thread) { WriteBest(args, tile, thread, sums[thread]); });
}

}  // namespace imago

#endif  // IMAGO_KERNELS_CUDA_SCAN_TILE_H_
