#include "kernels/top_k.h"

#include <algorithm>
#include <bit>

#include "kernels/best.h"
#include "kernels/kernels.h"
#include "kernels/parallel.h"

namespace imago {
namespace {

constexpr size_t kBlockRows = 64;  // one word of a RowMask
// Below this many rows a thread costs more than it saves.
constexpr size_t kRowsPerThread = 4096;
// From this many queries on, converting f16 rows once beats converting them for each four queries.
constexpr size_t kConvertFromQueries = 8;

// Scans rows in blocks: runs of 64 kept rows where they lie, others gathered.
template <typename T>
class Scan {
 public:
  Scan(MatrixView queries, BasicMatrixView<T> rows, const TopKOptions& options)
      : queries_(queries),
        rows_(rows),
        keep_(options.keep),
        scores_(queries.rows() * kBlockRows),
        best_(queries.rows(), Best(options.k)),
        gathered_(kBlockRows, rows.cols()) {}

  // Words [begin, end) of 64 rows each.
  void Run(size_t begin, size_t end) {
    for (size_t word = begin; word < end; ++word) ScanWord(word * kBlockRows, KeptIn(word));
    FlushGathered();
  }
  std::vector<Best>& best() { return best_; }

 private:
  uint64_t KeptIn(size_t word) const {
    const size_t count = std::min(kBlockRows, rows_.rows() - word * kBlockRows);
    const uint64_t all = ~uint64_t{0} >> (64 - count);
    return keep_ == nullptr ? all : keep_->words()[word] & all;
  }

  void ScanWord(size_t first, uint64_t kept) {
    if (kept == ~uint64_t{0}) {
      uint32_t numbers[kBlockRows];
      for (size_t i = 0; i < kBlockRows; ++i) numbers[i] = static_cast<uint32_t>(first + i);
      Score(rows_.row(first), numbers, kBlockRows);
      return;
    }
    for (; kept != 0; kept &= kept - 1) {
      const size_t row = first + std::countr_zero(kept);
      std::copy_n(rows_.row(row), rows_.cols(), gathered_.row(num_gathered_));
      gathered_numbers_[num_gathered_++] = static_cast<uint32_t>(row);
      if (num_gathered_ == kBlockRows) FlushGathered();
    }
  }

  void FlushGathered() {
    if (num_gathered_ > 0) Score(gathered_.data(), gathered_numbers_, num_gathered_);
    num_gathered_ = 0;
  }

  void Score(const T* data, const uint32_t* numbers, size_t count) {
    Dots(data, count);
    for (size_t q = 0; q < best_.size(); ++q) {
      best_[q].Offer(scores_.data() + q * count, numbers, count);
    }
  }

  void Dots(const float* data, size_t count) {
    kernels_.dots_f32(queries_.data(), queries_.rows(), data, count, rows_.cols(), scores_.data());
  }
  void Dots(const Half* data, size_t count) {
    if (queries_.rows() < kConvertFromQueries) {
      kernels_.dots_f16(queries_.data(), queries_.rows(), data, count, rows_.cols(),
                        scores_.data());
      return;
    }
    converted_.resize(kBlockRows * rows_.cols());
    kernels_.to_f32(data, converted_.data(), count * rows_.cols());
    Dots(converted_.data(), count);
  }

  const Kernels& kernels_ = ActiveKernels();
  MatrixView queries_;
  BasicMatrixView<T> rows_;
  const RowMask* keep_;
  std::vector<float> scores_;
  std::vector<float> converted_;
  std::vector<Best> best_;
  BasicMatrix<T> gathered_;
  uint32_t gathered_numbers_[kBlockRows] = {};
  size_t num_gathered_ = 0;
};

// Each scan its share of the words.
template <typename T>
void RunAll(std::vector<Scan<T>>& scans, size_t words) {
  const size_t share = (words + scans.size() - 1) / scans.size();
  RunParts(scans.size(), [&](size_t part) {
    scans[part].Run(std::min(words, part * share), std::min(words, (part + 1) * share));
  });
}

template <typename T>
std::vector<std::vector<Neighbor>> TopKOf(MatrixView queries, BasicMatrixView<T> rows,
                                          TopKOptions options) {
  std::vector<std::vector<Neighbor>> found(queries.rows());
  options.k = std::min(options.k, rows.rows());
  if (options.k == 0 || queries.rows() == 0) return found;
  const size_t wanted = static_cast<size_t>(std::max(1, options.threads));
  const size_t parts = std::min(wanted, (rows.rows() + kRowsPerThread - 1) / kRowsPerThread);
  std::vector<Scan<T>> scans(parts, Scan<T>(queries, rows, options));
  RunAll(scans, (rows.rows() + kBlockRows - 1) / kBlockRows);
  for (size_t q = 0; q < found.size(); ++q) {
    Best& best = scans[0].best()[q];
    for (size_t part = 1; part < parts; ++part) best.Merge(scans[part].best()[q]);
    found[q] = std::move(best).Sorted();
  }
  return found;
}

}  // namespace

std::vector<std::vector<Neighbor>> TopK(MatrixView queries, MatrixView rows,
                                        const TopKOptions& options) {
  return TopKOf(queries, rows, options);
}

std::vector<std::vector<Neighbor>> TopK(MatrixView queries, HalfMatrixView rows,
                                        const TopKOptions& options) {
  return TopKOf(queries, rows, options);
}

}  // namespace imago
