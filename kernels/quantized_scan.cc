#include "kernels/quantized_scan.h"

#include <algorithm>
#include <bit>

namespace imago {
namespace {

// With so many rows of a word kept, reading all in their order is faster than reading those alone;
// with many queries their products matter more.
constexpr int kWholeFrom = 28;
constexpr int kWholeFromOfMany = 56;
// Once so small a part of the pairs of a row and a query goes on, products of all take less time
// than those of each pair alone.
constexpr size_t kFineOfAllFrom = 8;

void Prefetch(const void* bytes, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch(static_cast<const char*>(bytes) + i);
}

// Calls visit(row) for each set bit.
template <typename Visit>
void ForEach(uint64_t bits, const Visit& visit) {
  for (; bits != 0; bits &= bits - 1) visit(static_cast<size_t>(std::countr_zero(bits)));
}

}  // namespace

Thresholds::Thresholds(size_t queries) : scores_(queries) {
  for (std::atomic<float>& score : scores_) score = -std::numeric_limits<float>::infinity();
}

void Thresholds::Raise(size_t query, float score) {
  std::atomic<float>& known = scores_[query];
  float least = known.load(std::memory_order_relaxed);
  while (least < score && !known.compare_exchange_weak(least, score, std::memory_order_relaxed)) {
  }
}

QuantizedScan::QuantizedScan(const QuantizedSearch& search)
    : search_(search),
      nq_(search.queries.rows()),
      best_(nq_, Best(search.options.k)),
      bounds_(nq_),
      new_dots_(nq_ * kBatch),
      dots_(nq_ * kBatch),
      fine_dots_(nq_ * kBatch),
      reached_(nq_),
      originals_(kBatch, search.rows.cols()) {}

void QuantizedScan::Run(size_t begin, size_t end) {
  for (size_t word = begin; word < end; ++word) {
    const uint64_t kept = KeptIn(word);
    const bool whole = (word + 1) * kBatch <= search_.rows.rows();
    if (whole && std::popcount(kept) >= (nq_ < 4 ? kWholeFrom : kWholeFromOfMany)) {
      ScanWhole(word, kept);
    } else if (kept != 0) {
      Collect(word, kept);
    }
  }
  for (Batch* batch : {&collected_[1], &collected_[0]}) Gathered(*batch);
  FinishPending();
}

uint64_t QuantizedScan::KeptIn(size_t word) const {
  const RowMask* keep = search_.options.keep;
  const size_t count = std::min(kBatch, search_.rows.rows() - word * kBatch);
  const uint64_t all = ~uint64_t{0} >> (kBatch - count);
  return keep == nullptr ? all : keep->words()[word] & all;
}

void QuantizedScan::ScanWhole(size_t word, uint64_t kept) {
  const QuantizedRows& rows = search_.quantized_rows;
  Batch batch;
  const size_t first = word * kBatch;
  batch.count = kBatch;
  batch.kept = kept;
  batch.reach = rows.reach(word);
  if (nq_ > 1 && first + 2 * kBatch <= rows.rows()) batch.next = rows.high(first + kBatch);
  for (size_t i = 0; i < kBatch; ++i) {
    batch.numbers[i] = static_cast<uint32_t>(first + i);
    batch.high[i] = rows.high(first + i);
  }
  RoughDots(batch);
  Rough(batch, rows.scales() + first, rows.rough_errors() + first);
}

// One query's products take less time than the bytes: what comes next is asked for between them.
void QuantizedScan::RoughDots(const Batch& batch) {
  constexpr size_t kStep = 8, kAhead = 16;  // rows
  const NibbleQueries& queries = search_.quantized_queries.values();
  const QuantizedRows& rows = search_.quantized_rows;
  if (queries.count > 1) {
    return kernels_.nibble_dots(queries, batch.high, batch.count, new_dots_.data());
  }
  for (size_t r = 0; r < batch.count; r += kStep) {
    const size_t next = std::min(batch.numbers[r] + kAhead, rows.rows() - kStep);
    Prefetch(rows.high(next), kStep * rows.groups() * kNibbleGroupBytes);
    if (often_fine_) Prefetch(rows.low(next), kStep * rows.groups() * kNibbleGroupBytes);
    kernels_.nibble_dots(queries, batch.high + r, kStep, new_dots_.data() + r);
  }
}

void QuantizedScan::Collect(size_t word, uint64_t kept) {
  const QuantizedRows& rows = search_.quantized_rows;
  ForEach(kept, [&](size_t bit) {
    const size_t row = word * kBatch + bit;
    Batch& batch = collected_[0];
    batch.reach = std::max(batch.reach, rows.reach(word));
    batch.numbers[batch.count] = static_cast<uint32_t>(row);
    batch.high[batch.count++] = rows.high(row);
    Prefetch(rows.high(row), rows.groups() * kNibbleGroupBytes);
    if (often_fine_) Prefetch(rows.low(row), rows.groups() * kNibbleGroupBytes);
    Prefetch(rows.scales() + row, 1);
    Prefetch(rows.rough_errors() + row, 1);
    if (batch.count < kBatch) return;
    Gathered(collected_[1]);
    collected_[1].count = 0;
    collected_[1].reach = 0;
    std::swap(collected_[0], collected_[1]);
  });
}

void QuantizedScan::Gathered(const Batch& batch) {
  if (batch.count == 0) return;
  float scales[kBatch], errors[kBatch];
  for (size_t i = 0; i < batch.count; ++i) {
    scales[i] = search_.quantized_rows.scales()[batch.numbers[i]];
    errors[i] = search_.quantized_rows.rough_errors()[batch.numbers[i]];
  }
  kernels_.nibble_dots(search_.quantized_queries.values(), batch.high, batch.count,
                       new_dots_.data());
  Rough(batch, scales, errors);
}

// Blocks of rows reach about as far, and thresholds seldom rise: most bounds serve many blocks.
const ScoreBound& QuantizedScan::RoughBound(size_t query, float reach) {
  constexpr float kRoom = 1.02f, kMostRoom = 1.05f;
  KnownBound& known = bounds_[query];
  const float threshold = search_.thresholds.of(query);
  if (known.threshold != threshold || known.reach < reach || known.reach > kMostRoom * reach) {
    known.threshold = threshold;
    known.reach = kRoom * reach;
    known.bound = search_.quantized_queries.RoughBound(query, threshold, known.reach);
  }
  return known.bound;
}

void QuantizedScan::Rough(const Batch& batch, const float* scales, const float* errors) {
  FinishPending();  // raises thresholds
  uint64_t any = 0;
  // The first half of the rows that follow; nibble_dots of many queries asks for the other itself.
  const size_t share = kBatch / 2 * search_.quantized_rows.groups() * kNibbleGroupBytes / nq_;
  for (size_t q = 0; q < nq_; ++q) {
    reached_[q] = kernels_.reaching(new_dots_.data() + q * batch.count, scales, errors, batch.count,
                                    RoughBound(q, batch.reach)) &
                  batch.kept;
    any |= reached_[q];
    if (batch.next != nullptr) Prefetch(batch.next + q * share, share);
  }
  often_fine_ = 4 * static_cast<size_t>(std::popcount(any)) > batch.count;
  if (any == 0) return;
  ForEach(any, [&](size_t r) {
    Prefetch(search_.quantized_rows.low(batch.numbers[r]),
             search_.quantized_rows.groups() * kNibbleGroupBytes);
  });
  std::swap(dots_, new_dots_);
  pending_ = batch;
}

void QuantizedScan::FinishPending() {
  if (pending_.count > 0) Fine(pending_);
  pending_.count = 0;
}

void QuantizedScan::Fine(const Batch& batch) {
  size_t pairs = 0;
  for (const uint64_t reached : reached_) pairs += static_cast<size_t>(std::popcount(reached));
  if (kFineOfAllFrom * pairs > nq_ * batch.count) {
    FineOfAll(batch);
  } else {
    for (size_t q = 0; q < nq_; ++q) {
      if (reached_[q] != 0) FineOfQuery(batch, q);
    }
  }
  Exact(batch);
}

// Several queries share each row's unpacking.
void QuantizedScan::FineOfAll(const Batch& batch) {
  const QuantizedQueries& queries = search_.quantized_queries;
  const QuantizedRows& rows = search_.quantized_rows;
  const uint8_t* low[kBatch];
  float scales[kBatch], errors[kBatch];
  for (size_t i = 0; i < batch.count; ++i) {
    low[i] = rows.low(batch.numbers[i]);
    scales[i] = rows.scales()[batch.numbers[i]];
    errors[i] = rows.fine_errors()[batch.numbers[i]];
  }
  kernels_.nibble_dots(queries.values(), low, batch.count, fine_dots_.data());
  for (size_t i = 0; i < nq_ * batch.count; ++i) fine_dots_[i] += 16 * dots_[i];
  for (size_t q = 0; q < nq_; ++q) {
    reached_[q] &=
        kernels_.reaching(fine_dots_.data() + q * batch.count, scales, errors, batch.count,
                          queries.FineBound(q, search_.thresholds.of(q), batch.reach));
  }
}

void QuantizedScan::FineOfQuery(const Batch& batch, size_t query) {
  const QuantizedQueries& queries = search_.quantized_queries;
  const QuantizedRows& rows = search_.quantized_rows;
  const uint8_t* low[kBatch];
  float scales[kBatch], errors[kBatch];
  int32_t rough[kBatch], dots[kBatch];
  size_t count = 0;
  ForEach(reached_[query], [&](size_t r) {
    const uint32_t row = batch.numbers[r];
    low[count] = rows.low(row);
    scales[count] = rows.scales()[row];
    errors[count] = rows.fine_errors()[row];
    rough[count++] = dots_[query * batch.count + r];
  });
  kernels_.nibble_dots(queries.Only(query), low, count, dots);
  for (size_t i = 0; i < count; ++i) dots[i] += 16 * rough[i];
  const uint64_t still =
      kernels_.reaching(dots, scales, errors, count,
                        queries.FineBound(query, search_.thresholds.of(query), batch.reach));
  uint64_t kept = 0;
  size_t i = 0;
  ForEach(reached_[query], [&](size_t r) { kept |= ((still >> i++) & 1) << r; });
  reached_[query] = kept;
}

void QuantizedScan::Exact(const Batch& batch) {
  const size_t dim = search_.rows.cols();
  uint64_t any = 0;
  for (const uint64_t reached : reached_) any |= reached;
  ForEach(any, [&](size_t r) { Prefetch(search_.rows.row(batch.numbers[r]), dim * sizeof(Half)); });
  for (size_t q = 0; q < nq_; ++q) {
    if (reached_[q] == 0) continue;
    uint32_t numbers[kBatch];
    float scores[kBatch];
    size_t count = 0;
    ForEach(reached_[q], [&](size_t r) {
      std::copy_n(search_.rows.row(batch.numbers[r]), dim, originals_.row(count));
      numbers[count++] = batch.numbers[r];
    });
    kernels_.dots_f16(search_.queries.row(q), 1, originals_.data(), count, dim, scores);
    best_[q].Offer(scores, numbers, count);
    search_.thresholds.Raise(q, best_[q].threshold());
  }
}

}  // namespace imago
