#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "fmt/format.h"
#include "query/search.h"

namespace imago {
namespace {

// Below this many rows a search is over before another could join it.
constexpr size_t kShareFromRows = 8192;

// One segment and the rows of it that may be hits.
struct Candidates {
  const Segment* segment = nullptr;
  std::shared_ptr<const RowMask> keep;  // null: all rows
  size_t count = 0;                     // of rows kept
  Plan plan;                            // how to search them
  std::optional<double> recall = 1.0;   // where that is known
};

std::shared_ptr<const RowMask> FilterRows(const SegmentView& view, const Filter& filter) {
  const Segment& segment = *view.segment;
  RowMask rows(segment.rows.size());
  const ItemRecord* last = nullptr;
  bool passes = false;
  for (size_t row = 0; row < segment.rows.size(); ++row) {
    if (!view.live->Get(row)) continue;
    const ItemRecord& record = segment.ItemOfRow(row);
    if (&record != last) passes = filter.Matches(record.item);
    last = &record;
    if (passes) rows.Set(row);
  }
  return std::make_shared<const RowMask>(std::move(rows));
}

std::vector<Candidates> FindCandidates(const Snapshot& snapshot, const Filter& filter) {
  std::vector<Candidates> all(snapshot.segments.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const SegmentView& view = snapshot.segments[i];
    all[i].segment = view.segment.get();
    all[i].keep = filter.empty() ? view.live : FilterRows(view, filter);
    all[i].count = all[i].keep->Count();
    if (all[i].count == view.segment->rows.size()) all[i].keep = nullptr;
  }
  return all;
}

bool IsApproximate(const Segment& segment) { return segment.kind != IndexKind::kExact; }

void MakePlan(const SearchContext& context, Candidates& candidates) {
  const Segment& segment = *candidates.segment;
  if (!IsApproximate(segment)) {
    candidates.plan = {true, "its rows have no other index"};
    return;
  }
  candidates.plan = {false, "as configured"};
  candidates.recall = std::nullopt;
  if (context.planner == nullptr || context.sweeps == nullptr) return;
  const size_t batch = context.sweeps->counts().waiting + 1;
  candidates.plan = context.planner->Choose(segment, candidates.count, batch);
  const auto probe = context.planner->Find(segment.index.get());
  if (candidates.plan.exact) {
    candidates.recall = 1;
  } else if (probe) {
    candidates.recall = probe->recall;
  }
}

// What the plans of all segments come to.
SearchPlan SumUp(const std::vector<Candidates>& all) {
  SearchPlan sum;
  const Candidates* largest = nullptr;
  double rows = 0, found = 0;
  bool known = true;
  for (const Candidates& one : all) {
    if (one.count == 0) continue;
    if (largest == nullptr || one.count > largest->count) largest = &one;
    known = known && one.recall.has_value();
    rows += static_cast<double>(one.count);
    found += static_cast<double>(one.count) * one.recall.value_or(0);
  }
  if (largest == nullptr) {
    sum.why = "no row is left to look at";
    return sum;
  }
  if (!largest->plan.exact) sum.mode = std::string(IndexKindName(largest->segment->kind));
  sum.why = largest->plan.why;
  sum.recall_estimate = known ? std::optional<double>(found / rows) : std::nullopt;
  return sum;
}

bool Before(const RankedItem& a, const RankedItem& b) {
  if (a.raw_score != b.raw_score) return a.raw_score > b.raw_score;
  return a.record->item.id < b.record->item.id;
}

bool IsAfter(const RankedItem& item, const std::optional<Cursor>& after) {
  if (!after) return true;
  if (item.raw_score != after->raw_score) return item.raw_score < after->raw_score;
  return item.record->item.id > after->item_id;
}

// What looking at the best `depth` rows of each segment shows.
struct Sight {
  std::vector<RankedItem> items;
  bool all = true;                                        // no row was left out
  float bound = -std::numeric_limits<float>::infinity();  // rows left out score at most this
};

class Ranker {
 public:
  Ranker(const Snapshot& snapshot, const RankRequest& request)
      : request_(request), candidates_(FindCandidates(snapshot, request.filter)) {
    for (Candidates& candidates : candidates_) MakePlan(request.context, candidates);
  }

  absl::StatusOr<Ranking> Run() {
    size_t depth = request_.limit + 1 + request_.vector.item_terms.size();
    if (request_.after) depth += request_.after->returned;
    while (true) {
      auto sight = Look(depth);
      if (!sight.ok()) return sight.status();
      if (sight->all || Certain(*sight) >= request_.limit) return Take(*std::move(sight));
      depth *= 4;
    }
  }

 private:
  absl::StatusOr<Sight> Look(size_t depth) const {
    Sight sight;
    std::unordered_map<const ItemRecord*, float> best;
    for (const Candidates& candidates : candidates_) {
      if (candidates.count == 0) continue;
      if (auto status = request_.context.limits.Check(); !status.ok()) return status;
      if (auto status = LookAt(candidates, depth, best, sight); !status.ok()) return status;
    }
    for (const auto& [record, raw_score] : best) {
      const RankedItem item{record, raw_score};
      if (IsAfter(item, request_.after) && !IsTerm(record->item.id)) sight.items.push_back(item);
    }
    std::sort(sight.items.begin(), sight.items.end(), Before);
    return sight;
  }

  absl::Status LookAt(const Candidates& candidates, size_t depth,
                      std::unordered_map<const ItemRecord*, float>& best, Sight& sight) const {
    const size_t k = std::min(depth, candidates.count);
    const auto found = Nearest(candidates, k);
    if (!found.ok()) return found.status();
    const std::vector<Neighbor>& neighbors = *found;
    for (const Neighbor& neighbor : neighbors) {
      const ItemRecord* record = &candidates.segment->ItemOfRow(neighbor.row);
      const auto [it, added] = best.emplace(record, neighbor.score);
      if (!added) it->second = std::max(it->second, neighbor.score);
    }
    if (k < candidates.count) {
      sight.all = false;
      // An index that gives less than it was asked for has told nothing about the rest.
      const float last =
          neighbors.size() < k ? std::numeric_limits<float>::infinity() : neighbors.back().score;
      sight.bound = std::max(sight.bound, last);
    }
    return absl::OkStatus();
  }

  // Only sweeps of all rows are shared: an approximate index visits other rows for each query, and
  // its answers depend on how many are asked for.
  absl::StatusOr<std::vector<Neighbor>> Nearest(const Candidates& candidates, size_t k) const {
    const Segment& segment = *candidates.segment;
    const std::vector<float>& values = request_.vector.values;
    const bool scan = candidates.plan.exact && IsApproximate(segment);
    const bool sweeps = candidates.plan.exact && segment.index->size() >= kShareFromRows;
    if (request_.context.sweeps == nullptr || (!sweeps && !scan)) {
      const MatrixView query(values.data(), 1, values.size());
      auto found = segment.index->Search(query, k, candidates.keep.get());
      if (!found.ok()) return found.status();
      return std::move(found->front());
    }
    auto request = std::make_shared<SweepRequest>();
    request->index = segment.index;
    request->keep = candidates.keep;
    request->query = values;
    request->k = k;
    request->scan = scan;
    return request_.context.sweeps->Search(std::move(request), request_.context.limits);
  }

  bool IsTerm(const std::string& id) const {
    const auto& terms = request_.vector.item_terms;
    return std::find(terms.begin(), terms.end(), id) != terms.end();
  }

  // Items that no row left out can come before, not even by its id.
  static size_t Certain(const Sight& sight) {
    return static_cast<size_t>(
        std::partition_point(sight.items.begin(), sight.items.end(),
                             [&](const RankedItem& item) { return item.raw_score > sight.bound; }) -
        sight.items.begin());
  }

  Ranking Take(Sight sight) const {
    Ranking ranking;
    ranking.plan = SumUp(candidates_);
    ranking.more = !sight.all || sight.items.size() > request_.limit;
    ranking.items = std::move(sight.items);
    if (ranking.items.size() > request_.limit) ranking.items.resize(request_.limit);
    return ranking;
  }

  const RankRequest& request_;
  std::vector<Candidates> candidates_;
};

}  // namespace

absl::StatusOr<Ranking> Rank(const Snapshot& snapshot, const RankRequest& request) {
  const size_t dim = request.vector.values.size();
  if (snapshot.live_rows > 0 && dim != static_cast<size_t>(snapshot.dim)) {
    return absl::FailedPreconditionError(
        fmt::format("query has dim {}, the collection {}", dim, snapshot.dim));
  }
  return Ranker(snapshot, request).Run();
}

uint64_t CountMatches(const Snapshot& snapshot, const Filter& filter) {
  if (filter.empty()) return snapshot.live_items;
  uint64_t count = 0;
  for (const SegmentView& view : snapshot.segments) {
    for (size_t i = 0; i < view.segment->items.size(); ++i) {
      count += view.live_items->Get(i) && filter.Matches(view.segment->items[i]->item);
    }
  }
  return count;
}

}  // namespace imago
