#ifndef IMAGO_KERNELS_QUANTIZED_SCAN_H_
#define IMAGO_KERNELS_QUANTIZED_SCAN_H_

// One thread's part of QuantizedTopK.

#include <atomic>
#include <deque>
#include <limits>
#include <vector>

#include "kernels/best.h"
#include "kernels/kernels.h"
#include "kernels/quantized_queries.h"
#include "kernels/quantized_rows.h"
#include "kernels/top_k.h"

namespace imago {

// What the threads know together of each query's k-th best score: rows below it need no look,
// whichever thread found the k.
class Thresholds {
 public:
  explicit Thresholds(size_t queries);
  float of(size_t query) const { return scores_[query].load(std::memory_order_relaxed); }
  void Raise(size_t query, float score);

 private:
  std::vector<std::atomic<float>> scores_;  // never fall
};

// What a scan searches; outlives it.
struct QuantizedSearch {
  MatrixView queries;
  const QuantizedQueries& quantized_queries;
  HalfMatrixView rows;
  const QuantizedRows& quantized_rows;
  TopKOptions options;
  Thresholds& thresholds;
};

class QuantizedScan {
 public:
  explicit QuantizedScan(const QuantizedSearch& search);

  // Words [begin, end) of 64 rows each.
  void Run(size_t begin, size_t end);
  // By query.
  std::vector<Best>& best() { return best_; }

 private:
  static constexpr size_t kBatch = 64;

  // Rows to look at together: either a word of 64, perhaps not all kept, or those of a list.
  struct Batch {
    size_t count = 0;
    float reach = 0;
    uint64_t kept = ~uint64_t{0};   // which of them a hit may be
    const uint8_t* next = nullptr;  // high nibbles of the rows that follow, to be asked of memory
    uint32_t numbers[kBatch];
    const uint8_t* bytes[kBatch];  // crumbs or high nibbles
  };

  // One is filled while the bytes of the other arrive.
  struct Collected {
    Batch filling, waiting;
  };

  // A query's bound for any row that reaches no further, while the score to reach stays.
  struct KnownBound {
    float score = std::numeric_limits<float>::quiet_NaN();
    float reach = 0;
    ScoreBound bound;
  };

  // Rows that their 2 bits leave in, but seem not to be worth a look before the best are known.
  struct Deferred {
    size_t count = 0;
    float reach = 0;
    uint64_t kept = 0;
    uint32_t numbers[kBatch];
    int32_t dots[kBatch];
  };

  uint64_t KeptIn(size_t word) const;
  bool ReadsCoarsely(size_t rows);
  void Collect(Form form, size_t word, uint64_t kept);
  void Collect(Form form, uint32_t row);
  void Flush(Form form);
  void Gathered(Form form, const Batch& batch);
  Batch WordOf(Form form, size_t word, uint64_t kept) const;
  void CoarseOfWord(size_t word, uint64_t kept);
  uint64_t Coarse(const Batch& batch, const int32_t* dots);
  void Defer(const Batch& batch, const int32_t* dots, uint64_t kept);
  uint64_t Reaching(const uint32_t* numbers, const int32_t* dots, size_t count, float reach,
                    float score, KnownBound& known);
  float Expected();
  void RoughOfWord(size_t word, uint64_t kept);
  void RoughDots(const Batch& batch);
  void Rough(const Batch& batch);
  const ScoreBound& BoundOf(Form form, size_t query, float score, float reach, KnownBound& known);
  void FinishPending();
  void Fine(const Batch& batch);
  void FineOfAll(const Batch& batch);
  void FineOfQuery(const Batch& batch, size_t query);
  void Exact(const Batch& batch);

  const Kernels& kernels_ = ActiveKernels();
  const QuantizedSearch& search_;
  const size_t nq_;
  std::vector<Best> best_;
  std::vector<KnownBound> bounds_;            // rough
  KnownBound coarse_bound_, expected_bound_;  // of one query
  PagedVector<int32_t> new_dots_;             // [nq, batch]: of the high nibbles
  PagedVector<int32_t> dots_;                 // the same of the pending batch
  PagedVector<int32_t> fine_dots_;            // [nq, batch]
  std::vector<uint64_t> reached_;  // by query, the rows of the pending batch that are still in
  Batch pending_;                  // whose low nibbles arrive while the next has its dots made
  Collected coarse_, rough_;
  std::deque<Deferred> deferred_;
  size_t words_seen_ = 0;
  size_t skip_coarse_ = 0;   // so many rows have their 4 bits read at once
  bool often_fine_ = false;  // of the last batch, many rows went on to 8 bits
  // Expected() when the best were these.
  size_t expected_rank_ = 0;
  float expected_ = -std::numeric_limits<float>::infinity();
  HalfMatrix originals_;
};

}  // namespace imago

#endif  // IMAGO_KERNELS_QUANTIZED_SCAN_H_
