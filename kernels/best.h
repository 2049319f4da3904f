#ifndef IMAGO_KERNELS_BEST_H_
#define IMAGO_KERNELS_BEST_H_

// The k best so far of one query.

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/top_k.h"

namespace imago {

class Best {
 public:
  explicit Best(size_t k) : k_(k) {}  // k is not 0

  // The score below which nothing is taken any more; minus infinity until there are k.
  float threshold() const { return threshold_; }

  // The score of the rank-th best, from 1; minus infinity where there are fewer. Copies all.
  float ScoreOfRank(size_t rank) const {
    if (rank > heap_.size()) return -std::numeric_limits<float>::infinity();
    std::vector<float> scores;
    scores.reserve(heap_.size());
    for (const Neighbor& neighbor : heap_) scores.push_back(neighbor.score);
    const auto at = scores.begin() + static_cast<ptrdiff_t>(rank - 1);
    std::nth_element(scores.begin(), at, scores.end(), std::greater<>());
    return *at;
  }

  void Offer(const float* scores, const uint32_t* rows, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (scores[i] >= threshold_) Push({rows[i], scores[i]});  // false for NaN
    }
  }
  void Push(const Neighbor& neighbor) {
    if (heap_.size() == k_) {
      if (!Better(neighbor, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), Better);
      heap_.pop_back();
    }
    heap_.push_back(neighbor);
    std::push_heap(heap_.begin(), heap_.end(), Better);
    if (heap_.size() == k_) threshold_ = heap_.front().score;
  }
  void Merge(const Best& other) {
    for (const Neighbor& neighbor : other.heap_) Push(neighbor);
  }
  std::vector<Neighbor> Sorted() && {
    std::sort(heap_.begin(), heap_.end(), Better);
    return std::move(heap_);
  }

 private:
  size_t k_;
  float threshold_ = -std::numeric_limits<float>::infinity();
  std::vector<Neighbor> heap_;  // the worst on top
};

}  // namespace imago

#endif  // IMAGO_KERNELS_BEST_H_
