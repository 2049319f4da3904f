#ifndef IMAGO_KERNELS_CUDA_SELECT_GROUPS_H_
#define IMAGO_KERNELS_CUDA_SELECT_GROUPS_H_

// One block's part of the selection: all groups of one query, of which the `want` best are picked.
// A radix select: scores become whole numbers of the same order, and the `want`-th largest of these
// is found digit by digit from the top, by counting how often each of 256 digits comes among those
// that agree with it so far. A last pass picks what is larger, and of its equals what still fits.
// Groups that are not picked have at most the score of the worst that is.
//
// To be included after a Block (cuda_block.h or the tests' HostBlock).

#include "kernels/cuda/group_scan.h"

namespace imago {

struct SelectMemory {
  uint32_t counts[256];
  uint32_t threshold;  // the digits found so far, zeros below
  uint32_t total;      // how many are picked: `want`, or all groups with a row
  uint32_t equal;      // how many of those are equal to the threshold
  uint32_t taken_above, taken_equal;
};

// Larger scores have larger keys: flips the sign of positive ones and all bits of negative ones.
inline IMAGO_DEVICE uint32_t OrderedKey(uint32_t bits) {
  return bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
}

// By one thread: which digit the threshold has at `shift`.
inline IMAGO_DEVICE void FindDigit(const SelectArgs& args, uint32_t shift, SelectMemory& memory) {
  if (shift == 24) {
    uint32_t there = 0;
    for (const uint32_t count : memory.counts) there += count;
    memory.total = there < args.want ? there : args.want;
    memory.equal = memory.total;
    memory.threshold = memory.taken_above = memory.taken_equal = 0;
  }
  uint32_t digit = 255;
  for (; memory.counts[digit] < memory.equal; --digit) memory.equal -= memory.counts[digit];
  memory.threshold |= digit << shift;
}

template <class Block>
IMAGO_DEVICE void CountDigits(Block& block, const SelectArgs& args, const float* best,
                              uint32_t shift, uint32_t thread, SelectMemory& memory) {
  for (uint64_t group = thread; group < args.num_groups; group += kBlockThreads) {
    if (best[group] == kNoRow) continue;
    const uint32_t key = OrderedKey(block.Bits(best[group]));
    const bool agrees = shift == 24 || (key ^ memory.threshold) >> (shift + 8) == 0;
    if (agrees) block.AddOne(&memory.counts[key >> shift & 255]);
  }
}

template <class Block>
IMAGO_DEVICE void PickGroups(Block& block, const SelectArgs& args, const float* best,
                             GroupMax* picked, uint32_t thread, SelectMemory& memory) {
  for (uint64_t group = thread; group < args.num_groups; group += kBlockThreads) {
    if (best[group] == kNoRow) continue;
    const uint32_t key = OrderedKey(block.Bits(best[group]));
    if (key < memory.threshold) continue;
    // The larger ones come first: there are total - equal of them.
    const uint32_t slot = key > memory.threshold
                              ? block.AddOne(&memory.taken_above)
                              : memory.total - memory.equal + block.AddOne(&memory.taken_equal);
    if (slot < memory.total) picked[slot] = {static_cast<uint32_t>(group), best[group]};
  }
}

template <class Block>
IMAGO_DEVICE void SelectGroups(Block& block, const SelectArgs& args, uint32_t query,
                               SelectMemory& memory) {
  static_assert(kBlockThreads == 256);  // one count for each thread
  const float* best = args.best + uint64_t{query} * args.num_groups;
  GroupMax* picked = args.picked + uint64_t{query} * args.want;
  for (uint32_t digit = 0; digit < 4; ++digit) {
    const uint32_t shift = 24 - 8 * digit;
    block.Phase([&](uint32_t thread) { memory.counts[thread] = 0; });
    block.Phase([&](uint32_t thread) { CountDigits(block, args, best, shift, thread, memory); });
    block.Phase([&](uint32_t thread) {
      if (thread == 0) FindDigit(args, shift, memory);
    });
  }
  block.Phase([&](uint32_t thread) {
    if (thread == 0) args.num_picked[query] = memory.total;
    PickGroups(block, args, best, picked, thread, memory);
  });
}

}  // namespace imago

#endif  // IMAGO_KERNELS_CUDA_SELECT_GROUPS_H_
