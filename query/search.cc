#include "query/search.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "query/stop_watch.h"

namespace imago {
namespace {

constexpr int kMaxLimit = 1000;

Hit MakeHit(const RankedItem& ranked, const Query& query, double picture_share) {
  Hit hit;
  hit.item = ranked.record->item;
  if (!query.include_metadata) hit.item.metadata_json.clear();
  hit.raw_score = double{ranked.raw_score};
  hit.score = DisplayScore(hit.raw_score, picture_share);
  return hit;
}

// Those below min_score, and so all after them, are left out.
void FillHits(const Ranking& ranking, const Query& query, double picture_share, Answer& answer) {
  for (const RankedItem& ranked : ranking.items) {
    Hit hit = MakeHit(ranked, query, picture_share);
    if (query.min_score && hit.score < *query.min_score) return;
    answer.hits.push_back(std::move(hit));
  }
}

}  // namespace

absl::Status CheckQuery(const Query& query) {
  if (query.limit < 1 || query.limit > kMaxLimit) {
    return absl::InvalidArgumentError(
        fmt::format("limit: must be 1 to {}, is {}", kMaxLimit, query.limit));
  }
  if (query.min_score && std::isnan(*query.min_score)) {
    return absl::InvalidArgumentError("min_score: is not a number");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Cursor>> CursorOf(const Query& query) {
  if (query.cursor.empty()) return std::optional<Cursor>();
  auto cursor = DecodeCursor(query.cursor, query);
  if (!cursor.ok()) return cursor.status();
  return std::optional<Cursor>(*std::move(cursor));
}

void SetNextCursor(const Query& query, const std::optional<Cursor>& after, float raw_score,
                   const std::string& item_id, Answer& answer) {
  const uint32_t before = after ? after->returned : 0;
  answer.next_cursor =
      EncodeCursor({raw_score, item_id, before + static_cast<uint32_t>(query.limit)}, query);
}

void SetSource(const Snapshot& snapshot, Answer& answer) {
  answer.model = snapshot.model;
  answer.snapshot = snapshot.sequence;
  answer.mode = std::string(IndexKindName(snapshot.kind));
}

double DisplayScore(double raw_score, double picture_share) {
  const double middle = 0.22 + picture_share * (0.65 - 0.22);
  const double slope = 25 + picture_share * (12 - 25);
  return 1 / (1 + std::exp(-slope * (raw_score - middle)));
}

absl::StatusOr<Answer> Search(const Collection& collection, TermEncoder& encoder,
                              const Query& query, const SearchContext& context) {
  if (auto status = CheckQuery(query); !status.ok()) return status;
  const auto after = CursorOf(query);
  if (!after.ok()) return after.status();
  if (!query.kinds.empty() &&
      std::find(query.kinds.begin(), query.kinds.end(), MediaKind::kImage) == query.kinds.end()) {
    return absl::InvalidArgumentError(
        "modalities: texts and pictures find images only; captions are found by events");
  }
  if (auto status = context.limits.Check(); !status.ok()) return status;
  StopWatch watch;
  Answer answer;
  const auto vector = encoder.Encode(collection.store(), query.terms);
  if (!vector.ok()) return vector.status();
  answer.timings.embed_ms = watch.LapMs();

  const std::shared_ptr<const Snapshot> snapshot = collection.snapshot();
  const auto limit = static_cast<size_t>(query.limit);
  const auto ranking = Rank(*snapshot, {*vector, query.filter, limit, *after, context});
  if (!ranking.ok()) return ranking.status();
  answer.timings.search_ms = watch.LapMs();

  FillHits(*ranking, query, vector->picture_share, answer);
  if (ranking->more && answer.hits.size() == limit) {
    const RankedItem& last = ranking->items.back();
    SetNextCursor(query, *after, last.raw_score, last.record->item.id, answer);
  }
  SetSource(*snapshot, answer);
  answer.plan = ranking->plan;
  answer.timings.hydrate_ms = watch.LapMs();
  return answer;
}

}  // namespace imago
