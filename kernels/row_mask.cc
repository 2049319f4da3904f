#include "kernels/row_mask.h"

#include <bit>

namespace imago {

RowMask::RowMask(size_t rows, bool value)
    : words_((rows + 63) / 64, value ? ~uint64_t{0} : uint64_t{0}), rows_(rows) {
  if (value && rows % 64 != 0) words_.back() >>= 64 - rows % 64;
}

void RowMask::Set(size_t row, bool value) {
  const uint64_t bit = uint64_t{1} << (row % 64);
  if (value) {
    words_[row / 64] |= bit;
  } else {
    words_[row / 64] &= ~bit;
  }
}

size_t RowMask::Count() const {
  size_t count = 0;
  for (const uint64_t word : words_) count += std::popcount(word);
  return count;
}

void RowMask::IntersectWith(const RowMask& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

RowMask RowMask::Slice(size_t begin, size_t count) const {
  RowMask out(count);
  const size_t shift = begin % 64;
  for (size_t i = 0; i < out.words_.size(); ++i) {
    const size_t from = begin / 64 + i;
    out.words_[i] = words_[from] >> shift;
    if (shift != 0 && from + 1 < words_.size()) out.words_[i] |= words_[from + 1] << (64 - shift);
  }
  if (count % 64 != 0) out.words_.back() &= (uint64_t{1} << (count % 64)) - 1;
  return out;
}

}  // namespace imago
