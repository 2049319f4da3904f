#ifndef IMAGO_KERNELS_ROW_MASK_H_
#define IMAGO_KERNELS_ROW_MASK_H_

// A set of row numbers as a bitmap: which rows a scan may return.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace imago {

class RowMask {
 public:
  RowMask() = default;
  explicit RowMask(size_t rows, bool value = false);

  size_t size() const { return rows_; }
  bool Get(size_t row) const { return (words_[row / 64] >> (row % 64)) & 1; }
  void Set(size_t row, bool value = true);
  size_t Count() const;
  // Keeps what both have; `other` has the same size.
  void IntersectWith(const RowMask& other);
  // The mask of rows [begin, begin + count), renumbered from 0.
  RowMask Slice(size_t begin, size_t count) const;
  // 64 rows a word, row r in bit r % 64; unused bits are zero.
  const std::vector<uint64_t>& words() const { return words_; }

 private:
  std::vector<uint64_t> words_;
  size_t rows_ = 0;
};

}  // namespace imago

#endif  // IMAGO_KERNELS_ROW_MASK_H_
