#ifndef IMAGO_EMBED_EVAL_PARTS_H_
#define IMAGO_EMBED_EVAL_PARTS_H_

// What the parts of an evaluation share.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "embed/eval_clip.h"
#include "kernels/matrix.h"

namespace imago {

// Metrics "<name>1", "<name>5", ... of these ranks (retrieval_metrics.h) into the report.
struct Recalls {
  std::string set;
  std::string name;
  size_t candidates = 0;
  std::vector<size_t> ks;
};
void AddRecalls(const Recalls& what, const std::vector<size_t>& ranks, EvalReport& report);

// What comes first for each query: of `right`, the best where the rank is 0, else the best of the
// others. scores [queries, candidates].
std::vector<uint32_t> Firsts(MatrixView scores, const std::vector<size_t>& ranks,
                             const std::vector<std::vector<uint32_t>>& right);

// At most `most` of those that were taken for another at least twice, most frequent first. `right`
// and `taken` are numbers of `labels`, one each for every picture.
std::vector<Confusion> TopConfusions(const std::vector<std::string>& labels,
                                     const std::vector<uint32_t>& right,
                                     const std::vector<uint32_t>& taken, size_t most);

// `count` of the positions where `flags` is `value` or, where there are fewer, all; drawn by the
// seed without repetition, in ascending order.
std::vector<uint32_t> DrawPositions(const std::vector<uint8_t>& flags, bool value, size_t count,
                                    uint64_t seed);

// options.samples hits, and misses, of a set; of their cases only number and hit are filled in.
EvalSample DrawSample(const std::string& set, const std::vector<uint8_t>& hits,
                      const EvalOptions& options);

// 1 where the rank is 0.
std::vector<uint8_t> HitsOf(const std::vector<size_t>& ranks);

Matrix At(const Matrix& rows, const std::vector<uint32_t>& indices);
template <typename T>
std::vector<T> At(const std::vector<T>& values, const std::vector<uint32_t>& indices) {
  std::vector<T> some;
  for (const uint32_t i : indices) some.push_back(values[i]);
  return some;
}

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_PARTS_H_
