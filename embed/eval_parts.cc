#include "embed/eval_parts.h"

#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "embed/random.h"
#include "embed/retrieval_metrics.h"
#include "fmt/format.h"

namespace imago {

void AddRecalls(const Recalls& what, const std::vector<size_t>& ranks, EvalReport& report) {
  for (const size_t k : what.ks) {
    Metric& metric = report.metrics.emplace_back();
    metric.set = what.set;
    metric.name = fmt::format("{}{}", what.name, k);
    metric.value = RecallAt(ranks, k);
    metric.interval = WilsonInterval(metric.value, ranks.size());
    metric.chance = std::min(1.0, static_cast<double>(k) / static_cast<double>(what.candidates));
    metric.cases = ranks.size();
    metric.candidates = what.candidates;
  }
}

std::vector<uint32_t> Firsts(MatrixView scores, const std::vector<size_t>& ranks,
                             const std::vector<std::vector<uint32_t>>& right) {
  std::vector<uint32_t> firsts;
  for (size_t q = 0; q < scores.rows(); ++q) {
    const float* row = scores.row(q);
    std::vector<uint32_t> candidates = right[q];
    if (ranks[q] > 0) {
      candidates.resize(scores.cols());
      std::iota(candidates.begin(), candidates.end(), 0);
      for (const uint32_t one : right[q]) std::erase(candidates, one);
    }
    firsts.push_back(*std::max_element(candidates.begin(), candidates.end(),
                                       [row](uint32_t a, uint32_t b) { return row[a] < row[b]; }));
  }
  return firsts;
}

std::vector<Confusion> TopConfusions(const std::vector<std::string>& labels,
                                     const std::vector<uint32_t>& right,
                                     const std::vector<uint32_t>& taken, size_t most) {
  std::vector<uint64_t> of(labels.size());
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> counts;
  for (size_t i = 0; i < right.size(); ++i) {
    ++of[right[i]];
    if (right[i] != taken[i]) ++counts[{right[i], taken[i]}];
  }
  std::vector<Confusion> confusions;
  for (const auto& [pair, count] : counts) {
    if (count < 2) continue;
    confusions.push_back({"", labels[pair.first], labels[pair.second], count, of[pair.first]});
  }
  std::stable_sort(confusions.begin(), confusions.end(),
                   [](const Confusion& a, const Confusion& b) {
                     return std::tie(b.count, a.of) < std::tie(a.count, b.of);
                   });
  if (confusions.size() > most) confusions.resize(most);
  return confusions;
}

std::vector<uint32_t> DrawPositions(const std::vector<uint8_t>& flags, bool value, size_t count,
                                    uint64_t seed) {
  std::vector<uint32_t> positions;
  for (uint32_t i = 0; i < flags.size(); ++i) {
    if ((flags[i] != 0) == value) positions.push_back(i);
  }
  count = std::min(count, positions.size());
  Random random(seed);
  for (size_t i = 0; i < count; ++i) {
    const auto left = static_cast<int64_t>(positions.size() - i);
    std::swap(positions[i], positions[i + static_cast<size_t>(random.Below(left))]);
  }
  positions.resize(count);
  std::sort(positions.begin(), positions.end());
  return positions;
}

EvalSample DrawSample(const std::string& set, const std::vector<uint8_t>& hits,
                      const EvalOptions& options) {
  EvalSample sample;
  sample.set = set;
  sample.hits = static_cast<uint64_t>(std::count(hits.begin(), hits.end(), 1));
  sample.misses = hits.size() - sample.hits;
  for (const bool hit : {true, false}) {
    for (const uint32_t number : DrawPositions(hits, hit, options.samples, options.seed)) {
      EvalCase& one = sample.cases.emplace_back();
      one.number = number;
      one.hit = hit;
    }
  }
  return sample;
}

std::vector<uint8_t> HitsOf(const std::vector<size_t>& ranks) {
  std::vector<uint8_t> hits;
  for (const size_t rank : ranks) hits.push_back(rank == 0);
  return hits;
}

Matrix At(const Matrix& rows, const std::vector<uint32_t>& indices) {
  Matrix some(indices.size(), rows.cols());
  for (size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(rows.row(indices[i]), rows.cols(), some.row(i));
  }
  return some;
}

}  // namespace imago
