#include "index/merge_policy.h"

#include <algorithm>
#include <map>

namespace imago {
namespace {

// Below this many items, dead ones cost too little to rewrite for.
constexpr size_t kMinRewrite = 64;

int TierOf(size_t items, size_t fan) {
  int tier = 0;
  for (; items >= fan; items /= fan) ++tier;
  return tier;
}

}  // namespace

std::vector<size_t> ChooseMerge(const std::vector<SegmentSize>& sizes, size_t fan) {
  fan = std::max<size_t>(fan, 2);
  std::map<int, std::vector<size_t>> tiers;
  for (size_t i = 0; i < sizes.size(); ++i) tiers[TierOf(sizes[i].live_items, fan)].push_back(i);
  for (const auto& [tier, segments] : tiers) {
    if (segments.size() > fan) return segments;
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i].items >= kMinRewrite && sizes[i].live_items < sizes[i].items / 2) return {i};
  }
  return {};
}

}  // namespace imago
