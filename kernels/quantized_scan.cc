#include "kernels/quantized_scan.h"

#include <algorithm>
#include <bit>

namespace imago {
namespace {

// With so many rows of a word kept, reading all in their order is faster than reading those alone;
// with many queries their products matter more.
constexpr size_t kWholeFrom = 28;
constexpr size_t kWholeFromOfMany = 56;
constexpr size_t kWholeFromCoarse = 20;
// Where more than this part of some rows stay in after 2 bits, reading these saves no time, and
// is not tried for so many times as many rows.
constexpr size_t kCoarsePaysBelow = 3;
constexpr size_t kCoarseRest = 31;
// Rows that wait till the end, in batches, and the largest k for which some do.
constexpr size_t kMostDeferred = 16384;
constexpr size_t kMostExpected = 256;
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
  for (size_t word = begin; word < end; ++word, ++words_seen_) {
    const uint64_t kept = KeptIn(word);
    if (kept == 0) continue;
    const size_t count = static_cast<size_t>(std::popcount(kept));
    const Form form = ReadsCoarsely(count) ? Form::kCoarse : Form::kRough;
    const size_t whole_from = form == Form::kCoarse ? kWholeFromCoarse
                              : nq_ < 4             ? kWholeFrom
                                                    : kWholeFromOfMany;
    const bool whole = (word + 1) * kBatch <= search_.rows.rows() && count >= whole_from;
    if (!whole) {
      Collect(form, word, kept);
    } else if (form == Form::kCoarse) {
      CoarseOfWord(word, kept);
    } else {
      RoughOfWord(word, kept);
    }
  }
  Flush(Form::kCoarse);
  Flush(Form::kRough);
  for (const Deferred& rows : deferred_) {
    const uint64_t reached = Reaching(rows.numbers, rows.dots, rows.count, rows.reach,
                                      search_.thresholds.of(0), coarse_bound_);
    ForEach(reached & rows.kept, [&](size_t r) { Collect(Form::kRough, rows.numbers[r]); });
  }
  Flush(Form::kRough);
}

// For several queries the products of 2 bits take longer than reading 4.
bool QuantizedScan::ReadsCoarsely(size_t rows) {
  if (nq_ > 1) return false;
  if (skip_coarse_ == 0) return true;
  skip_coarse_ -= std::min(skip_coarse_, rows);
  return false;
}

uint64_t QuantizedScan::KeptIn(size_t word) const {
  const RowMask* keep = search_.options.keep;
  const size_t count = std::min(kBatch, search_.rows.rows() - word * kBatch);
  const uint64_t all = ~uint64_t{0} >> (kBatch - count);
  return keep == nullptr ? all : keep->words()[word] & all;
}

void QuantizedScan::Collect(Form form, size_t word, uint64_t kept) {
  ForEach(kept, [&](size_t bit) { Collect(form, static_cast<uint32_t>(word * kBatch + bit)); });
}

void QuantizedScan::Collect(Form form, uint32_t row) {
  const QuantizedRows& rows = search_.quantized_rows;
  auto& [batch, waiting] = form == Form::kCoarse ? coarse_ : rough_;
  batch.reach = std::max(batch.reach, rows.reach(row / kBatch));
  batch.numbers[batch.count] = row;
  if (form == Form::kCoarse) {
    batch.bytes[batch.count++] = rows.crumbs(row);
    Prefetch(rows.crumbs(row), rows.groups() * kCrumbGroupBytes);
    Prefetch(&rows.coarse_terms(row), 1);
  } else {
    batch.bytes[batch.count++] = rows.high(row);
    Prefetch(rows.high(row), rows.groups() * kNibbleGroupBytes);
    if (often_fine_) Prefetch(rows.low(row), rows.groups() * kNibbleGroupBytes);
    Prefetch(&rows.terms(row), 1);
  }
  if (batch.count == kBatch) {
    Gathered(form, waiting);
    waiting = batch;
    batch = Batch();
  }
}

void QuantizedScan::Flush(Form form) {
  Collected& collected = form == Form::kCoarse ? coarse_ : rough_;
  for (Batch* batch : {&collected.waiting, &collected.filling}) {
    Gathered(form, *batch);
    *batch = Batch();
  }
  FinishPending();
}

void QuantizedScan::Gathered(Form form, const Batch& batch) {
  if (batch.count == 0) return;
  const NibbleQueries& queries = search_.quantized_queries.values();
  if (form == Form::kRough) {
    kernels_.nibble_dots(queries, batch.bytes, batch.count, new_dots_.data());
    return Rough(batch);
  }
  int32_t dots[kBatch];
  kernels_.crumb_dots(queries.values, queries.groups, batch.bytes, batch.count, dots);
  ForEach(Coarse(batch, dots), [&](size_t r) { Collect(Form::kRough, batch.numbers[r]); });
}

QuantizedScan::Batch QuantizedScan::WordOf(Form form, size_t word, uint64_t kept) const {
  const QuantizedRows& rows = search_.quantized_rows;
  Batch batch;
  batch.count = kBatch;
  batch.kept = kept;
  batch.reach = rows.reach(word);
  for (size_t i = 0; i < kBatch; ++i) {
    const size_t row = word * kBatch + i;
    batch.numbers[i] = static_cast<uint32_t>(row);
    batch.bytes[i] = form == Form::kCoarse ? rows.crumbs(row) : rows.high(row);
  }
  return batch;
}

void QuantizedScan::CoarseOfWord(size_t word, uint64_t kept) {
  constexpr size_t kStep = 8, kAhead = 32;  // rows
  const QuantizedRows& rows = search_.quantized_rows;
  const NibbleQueries& queries = search_.quantized_queries.values();
  const Batch batch = WordOf(Form::kCoarse, word, kept);
  int32_t dots[kBatch];
  for (size_t r = 0; r < kBatch; r += kStep) {
    const size_t next = std::min(batch.numbers[r] + kAhead, rows.rows() - kStep);
    Prefetch(rows.crumbs(next), kStep * rows.groups() * kCrumbGroupBytes);
    kernels_.crumb_dots(queries.values, queries.groups, batch.bytes + r, kStep, dots + r);
  }
  Collect(Form::kRough, word, Coarse(batch, dots));
}

// The rows that are to be looked at in more bits, now.
uint64_t QuantizedScan::Coarse(const Batch& batch, const int32_t* dots) {
  const auto reaching = [&](float score, KnownBound& known) {
    return Reaching(batch.numbers, dots, batch.count, batch.reach, score, known) & batch.kept;
  };
  const float threshold = search_.thresholds.of(0), expected = Expected();
  uint64_t reached = reaching(threshold, coarse_bound_);
  if (expected > threshold && reached != 0 && deferred_.size() < kMostDeferred) {
    const uint64_t now = reaching(expected, expected_bound_);
    Defer(batch, dots, reached & ~now);
    reached &= now;
  }
  if (kCoarsePaysBelow * static_cast<size_t>(std::popcount(reached)) > batch.count) {
    skip_coarse_ = kCoarseRest * batch.count;
  }
  return reached;
}

// The rows that may reach a score by their 2 bits.
uint64_t QuantizedScan::Reaching(const uint32_t* numbers, const int32_t* dots, size_t count,
                                 float reach, float score, KnownBound& known) {
  float scales[kBatch], errors[kBatch];
  for (size_t i = 0; i < count; ++i) {
    const CoarseTerms& terms = search_.quantized_rows.coarse_terms(numbers[i]);
    scales[i] = terms.scale.value();
    errors[i] = terms.error.value();
  }
  return kernels_.reaching(dots, scales, errors, count,
                           BoundOf(Form::kCoarse, 0, score, reach, known));
}

// What the k-th best score will be, by what has been seen: about that of rank k * (the part of the
// rows that has been seen). A wrong guess costs time, no hit.
float QuantizedScan::Expected() {
  const size_t k = search_.options.k, words = (search_.rows.rows() + kBatch - 1) / kBatch;
  if (k > kMostExpected) return -std::numeric_limits<float>::infinity();
  const size_t rank = k * words_seen_ / words + 1;
  if (rank != expected_rank_) {
    expected_rank_ = rank;
    expected_ = best_[0].ScoreOfRank(rank);
  }
  return expected_;
}

void QuantizedScan::Defer(const Batch& batch, const int32_t* dots, uint64_t kept) {
  if (kept == 0) return;
  Deferred& later = deferred_.emplace_back();
  later.count = batch.count;
  later.reach = batch.reach;
  later.kept = kept;
  std::copy_n(batch.numbers, batch.count, later.numbers);
  std::copy_n(dots, batch.count, later.dots);
}

void QuantizedScan::RoughOfWord(size_t word, uint64_t kept) {
  const QuantizedRows& rows = search_.quantized_rows;
  Batch batch = WordOf(Form::kRough, word, kept);
  const size_t next = (word + 1) * kBatch;
  if (nq_ > 1 && next + kBatch <= rows.rows()) batch.next = rows.high(next);
  RoughDots(batch);
  Rough(batch);
}

// One query's products take less time than the bytes: what comes next is asked for between them.
void QuantizedScan::RoughDots(const Batch& batch) {
  constexpr size_t kStep = 8, kAhead = 16;  // rows
  const NibbleQueries& queries = search_.quantized_queries.values();
  const QuantizedRows& rows = search_.quantized_rows;
  if (queries.count > 1) {
    return kernels_.nibble_dots(queries, batch.bytes, batch.count, new_dots_.data());
  }
  for (size_t r = 0; r < batch.count; r += kStep) {
    const size_t next = std::min(batch.numbers[r] + kAhead, rows.rows() - kStep);
    Prefetch(rows.high(next), kStep * rows.groups() * kNibbleGroupBytes);
    if (often_fine_) Prefetch(rows.low(next), kStep * rows.groups() * kNibbleGroupBytes);
    kernels_.nibble_dots(queries, batch.bytes + r, kStep, new_dots_.data() + r);
  }
}

// Blocks of rows reach about as far, and thresholds seldom rise: most bounds serve many blocks.
const ScoreBound& QuantizedScan::BoundOf(Form form, size_t query, float score, float reach,
                                         KnownBound& known) {
  constexpr float kRoom = 1.02f, kMostRoom = 1.05f;
  if (known.score != score || known.reach < reach || known.reach > kMostRoom * reach) {
    known.score = score;
    known.reach = kRoom * reach;
    known.bound = search_.quantized_queries.Bound(form, query, score, known.reach);
  }
  return known.bound;
}

void QuantizedScan::Rough(const Batch& batch) {
  FinishPending();  // raises thresholds
  float scales[kBatch], errors[kBatch];
  for (size_t i = 0; i < batch.count; ++i) {
    const FormTerms& terms = search_.quantized_rows.terms(batch.numbers[i]);
    scales[i] = terms.scale;
    errors[i] = terms.rough_error.value();
  }
  uint64_t any = 0;
  // The first half of the rows that follow; nibble_dots of many queries asks for the other itself.
  const size_t share = kBatch / 2 * search_.quantized_rows.groups() * kNibbleGroupBytes / nq_;
  for (size_t q = 0; q < nq_; ++q) {
    reached_[q] = kernels_.reaching(
                      new_dots_.data() + q * batch.count, scales, errors, batch.count,
                      BoundOf(Form::kRough, q, search_.thresholds.of(q), batch.reach, bounds_[q])) &
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
    scales[i] = rows.terms(batch.numbers[i]).scale;
    errors[i] = rows.terms(batch.numbers[i]).fine_error.value();
  }
  kernels_.nibble_dots(queries.values(), low, batch.count, fine_dots_.data());
  for (size_t i = 0; i < nq_ * batch.count; ++i) fine_dots_[i] += 16 * dots_[i];
  for (size_t q = 0; q < nq_; ++q) {
    reached_[q] &=
        kernels_.reaching(fine_dots_.data() + q * batch.count, scales, errors, batch.count,
                          queries.Bound(Form::kFine, q, search_.thresholds.of(q), batch.reach));
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
    scales[count] = rows.terms(row).scale;
    errors[count] = rows.terms(row).fine_error.value();
    rough[count++] = dots_[query * batch.count + r];
  });
  kernels_.nibble_dots(queries.Only(query), low, count, dots);
  for (size_t i = 0; i < count; ++i) dots[i] += 16 * rough[i];
  const uint64_t still = kernels_.reaching(
      dots, scales, errors, count,
      queries.Bound(Form::kFine, query, search_.thresholds.of(query), batch.reach));
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
    expected_rank_ = 0;
  }
}

}  // namespace imago
