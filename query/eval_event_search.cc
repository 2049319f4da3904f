#include "query/eval_event_search.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr int kDepth = 10;
constexpr int kRanks = 1000;  // deep enough to find both of a pair

// Which parts of a scene a query tells.
struct Asked {
  std::string what;
  bool type = true;
  std::vector<size_t> roles;
};

// Whether `shown` has the type and the fillers that are asked for of `scene`. Roles go by their
// names: of a symmetric event either of the two may fill them.
bool IsRight(const EventScene& scene, const Asked& asked, const EventScene& shown) {
  if (asked.type && shown.type != scene.type) return false;
  return std::all_of(asked.roles.begin(), asked.roles.end(), [&](size_t role) {
    const RoleFiller& wanted = scene.roles[role];
    return std::any_of(shown.roles.begin(), shown.roles.end(), [&](const RoleFiller& filler) {
      return filler.role == wanted.role && filler.filler == wanted.filler;
    });
  });
}

Query EventQuery(const EventScene& scene, const Asked& asked) {
  Term term;
  term.event.emplace();
  if (asked.type) term.event->type = scene.type;
  for (const size_t role : asked.roles) {
    term.event->roles.push_back({scene.roles[role].role, scene.roles[role].filler, false});
  }
  Query query;
  query.terms.push_back(std::move(term));
  return query;
}

// The caption where all is asked for, else the words alone.
Query PlainQuery(const EventScene& scene, const Asked& asked) {
  std::string text = scene.caption;
  if (!asked.type || asked.roles.size() < 2) {
    text = asked.type ? scene.type : "";
    for (const size_t role : asked.roles) text += " " + scene.roles[role].filler;
  }
  Query query;
  query.terms.push_back(Term{.text = text});
  return query;
}

absl::StatusOr<std::vector<size_t>> RankedScenes(Engine& engine, const std::string& collection,
                                                 Query query) {
  query.limit = kRanks;
  query.include_metadata = false;
  const auto answer = engine.Search(collection, query);
  if (!answer.ok()) return answer.status();
  std::vector<size_t> ranked;
  for (const Hit& hit : answer->hits) ranked.push_back(SceneOf(hit.item.id));
  return ranked;
}

// Gains of 1 for what is right.
double NdcgAt10(const std::vector<uint8_t>& right, size_t all_right) {
  double gain = 0;
  double best = 0;
  for (size_t i = 0; i < kDepth; ++i) {
    const double weight = 1 / std::log2(static_cast<double>(i) + 2);
    if (i < right.size() && right[i] != 0) gain += weight;
    if (i < all_right) best += weight;
  }
  return best == 0 ? 0 : gain / best;
}

struct Judged {
  uint8_t first = 0;
  double ndcg = 0;
};

Judged Judge(const std::vector<EventScene>& scenes, size_t query, const Asked& asked,
             const std::vector<size_t>& ranked) {
  std::vector<uint8_t> right;
  for (const size_t i : ranked) right.push_back(IsRight(scenes[query], asked, scenes[i]) ? 1 : 0);
  const auto all = std::count_if(scenes.begin(), scenes.end(), [&](const EventScene& scene) {
    return IsRight(scenes[query], asked, scene);
  });
  return {right.empty() ? uint8_t{0} : right.front(), NdcgAt10(right, static_cast<size_t>(all))};
}

double ChanceOf(const std::vector<EventScene>& scenes, size_t query, const Asked& asked) {
  const auto all = std::count_if(scenes.begin(), scenes.end(), [&](const EventScene& scene) {
    return IsRight(scenes[query], asked, scene);
  });
  return static_cast<double>(all) / static_cast<double>(scenes.size());
}

bool IsAbove(const std::vector<size_t>& ranked, size_t one, size_t other) {
  const auto place = [&ranked](size_t i) { return std::find(ranked.begin(), ranked.end(), i); };
  return place(one) < place(other);
}

// What can be asked of a scene. Where two fill the same role, only the first of them.
std::vector<Asked> KindsOf(const EventScene& scene) {
  std::vector<Asked> kinds;
  std::vector<size_t> all = {0};
  for (size_t role = 1; role < scene.roles.size(); ++role) {
    if (scene.roles[role].role != scene.roles[0].role) all.push_back(role);
  }
  kinds.push_back({"type and all roles", true, all});
  kinds.push_back({"type and first role", true, {0}});
  if (all.size() > 1) {
    kinds.push_back({"type and second role", true, {1}});
    kinds.push_back({"first two roles, any type", false, {0, 1}});
  }
  return kinds;
}

EventSearchMeasure& MeasureOf(EventSearchScores& scores, const std::string& what) {
  for (EventSearchMeasure& measure : scores.measures) {
    if (measure.what == what) return measure;
  }
  scores.measures.push_back({});
  scores.measures.back().what = what;
  return scores.measures.back();
}

// Every fourth scene is followed by the one with its roles exchanged.
bool HasSwapped(size_t i, const std::vector<EventScene>& scenes) {
  return i % 4 == 0 && i + 1 < scenes.size();
}

absl::Status AskForScene(Engine& engine, const std::string& collection,
                         const std::vector<EventScene>& scenes, size_t i,
                         EventSearchScores& scores) {
  const auto kinds = KindsOf(scenes[i]);
  for (const Asked& asked : kinds) {
    const auto by_event = RankedScenes(engine, collection, EventQuery(scenes[i], asked));
    if (!by_event.ok()) return by_event.status();
    const auto by_text = RankedScenes(engine, collection, PlainQuery(scenes[i], asked));
    if (!by_text.ok()) return by_text.status();
    EventSearchMeasure& measure = MeasureOf(scores, asked.what);
    const Judged event = Judge(scenes, i, asked, *by_event);
    const Judged plain = Judge(scenes, i, asked, *by_text);
    measure.first.push_back(event.first);
    measure.ndcg.push_back(event.ndcg);
    measure.plain_first.push_back(plain.first);
    measure.plain_ndcg.push_back(plain.ndcg);
    measure.chance += ChanceOf(scenes, i, asked);
    if (&asked != &kinds.front() || !HasSwapped(i, scenes)) continue;
    scores.above_swapped.push_back(IsAbove(*by_event, i, i + 1) ? 1 : 0);
    scores.plain_above_swapped.push_back(IsAbove(*by_text, i, i + 1) ? 1 : 0);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EventSearchScores> EvaluateEventSearch(Engine& engine, const std::string& collection,
                                                      uint64_t count,
                                                      const EventSearchProgress& progress) {
  const auto opened = engine.GetCollection(collection, /*create=*/true);
  if (!opened.ok()) return opened.status();
  const std::vector<EventScene> scenes = EventSearchScenes(count);
  if (auto status = FillWithScenes(engine, **opened, scenes, progress); !status.ok()) return status;
  EventSearchScores scores;
  scores.pictures = scenes.size();
  for (size_t i = 0; i < scenes.size(); ++i) {
    auto status = AskForScene(engine, collection, scenes, i, scores);
    if (!status.ok()) return status;
    if (progress) progress("queries", i + 1, scenes.size());
  }
  for (EventSearchMeasure& measure : scores.measures) {
    measure.chance /= static_cast<double>(measure.first.size());
  }
  auto swaps = EvaluateEventSwaps(engine, collection, scenes, progress);
  if (!swaps.ok()) return swaps.status();
  scores.swaps = *std::move(swaps);
  return scores;
}

}  // namespace imago
