#include "query/event_search.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "fmt/format.h"
#include "query/event_scorer.h"
#include "query/search.h"
#include "query/stop_watch.h"

namespace imago {
namespace {

constexpr size_t kMaxEventsOfText = 4;

// The event of an item that suits a term best.
struct BestEvent {
  const TableEvent* event = nullptr;  // null: none suits
  double score = 0;
};

struct Candidate {
  const ItemRecord* record = nullptr;
  const SegmentEvents* table = nullptr;
  uint32_t first = 0;  // its events in the table
  uint32_t end = 0;
  float raw_score = 0;
  bool hit = false;
};

using TermScores = std::unordered_map<const ItemRecord*, float>;

bool Before(const Candidate& a, const Candidate& b) {
  if (a.raw_score != b.raw_score) return a.raw_score > b.raw_score;
  return a.record->item.id < b.record->item.id;
}

bool IsAfter(const Candidate& one, const std::optional<Cursor>& after) {
  if (!after) return true;
  if (one.raw_score != after->raw_score) return one.raw_score < after->raw_score;
  return one.record->item.id > after->item_id;
}

// One search: its terms split into events, which have scorers, and the rest, which have vectors.
class EventSearch {
 public:
  EventSearch(const Snapshot& snapshot, const Query& query, const EventTables::View& view)
      : snapshot_(snapshot), query_(query), view_(view) {}

  absl::Status MakeScorers(const EventSearcher& searcher) {
    for (size_t i = 0; i < query_.terms.size(); ++i) {
      const Term& term = query_.terms[i];
      total_ += std::abs(term.weight);
      if (!term.event) continue;
      auto scorer = EventScorer::Make(*term.event, searcher.extractor.ontology(), *view_.words,
                                      searcher.encoder);
      if (!scorer.ok()) return scorer.status();
      scorers_.push_back(*std::move(scorer));
      scorer_terms_.push_back(i);
    }
    return absl::OkStatus();
  }

  // Best first, without what comes before the cursor's place; of those after the first `limit`, the
  // order is not told.
  absl::StatusOr<std::vector<Candidate>> Run(const std::vector<std::vector<float>>& vectors,
                                             const std::optional<Cursor>& after, size_t limit) {
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < snapshot_.segments.size(); ++i) FindCandidates(i, candidates);
    for (size_t i = 0; i < vectors.size(); ++i) {
      if (vectors[i].empty()) continue;
      const auto scores = VectorScores(query_.terms[i], vectors[i]);
      if (!scores.ok()) return scores.status();
      AddScores(query_.terms[i].weight, *scores, candidates);
    }
    for (Candidate& one : candidates) {
      one.raw_score = static_cast<float>(double{one.raw_score} / total_);
    }
    std::erase_if(candidates,
                  [&](const Candidate& one) { return !one.hit || !IsAfter(one, after); });
    const auto sorted = candidates.begin() + std::min(limit, candidates.size());
    std::partial_sort(candidates.begin(), sorted, candidates.end(), Before);
    return candidates;
  }

  std::vector<EventMatch> Matches(const Candidate& candidate) const {
    std::vector<EventMatch> matches;
    for (size_t i = 0; i < scorers_.size(); ++i) {
      const BestEvent best = Best(scorers_[i], candidate);
      if (best.event == nullptr) continue;
      EventMatch match;
      match.term = scorer_terms_[i];
      match.score = best.score;
      match.event = candidate.record->item.events[best.event->number];
      for (RoleScore& role : scorers_[i].RoleScores(*candidate.table, *best.event)) {
        const auto region =
            role.argument < 0 ? std::nullopt : match.event.arguments[role.argument].region;
        match.roles.push_back({std::move(role.role), role.score, region});
      }
      matches.push_back(std::move(match));
    }
    return matches;
  }

 private:
  bool IsTerm(const std::string& id) const {
    return std::any_of(query_.terms.begin(), query_.terms.end(),
                       [&id](const Term& term) { return term.item_id == id; });
  }

  bool MayBeHit(const Item& item) const {
    const auto& kinds = query_.kinds;
    const bool kind =
        kinds.empty() || std::find(kinds.begin(), kinds.end(), item.kind) != kinds.end();
    return kind && query_.filter.Matches(item) && !IsTerm(item.id);
  }

  void FindCandidates(size_t number, std::vector<Candidate>& candidates) const {
    const SegmentView& view = snapshot_.segments[number];
    const SegmentEvents& table = *view_.segments[number];
    for (uint32_t i = 0; i < table.events.size();) {
      const uint32_t item = table.events[i].item;
      uint32_t end = i + 1;
      while (end < table.events.size() && table.events[end].item == item) ++end;
      const ItemRecord& record = *view.segment->items[item];
      if (view.live_items->Get(item) && MayBeHit(record.item)) {
        candidates.push_back({&record, &table, i, end, 0, false});
        Judge(candidates.back());
      }
      i = end;
    }
  }

  static BestEvent Best(const EventScorer& scorer, const Candidate& candidate) {
    BestEvent best;
    for (uint32_t i = candidate.first; i < candidate.end; ++i) {
      const TableEvent& event = candidate.table->events[i];
      const double score = scorer.Score(*candidate.table, event);
      if (score > best.score) best = {&event, score};
    }
    return best;
  }

  // Sets raw_score to the weighted sum.
  void Judge(Candidate& candidate) const {
    double sum = 0;
    for (size_t k = 0; k < scorers_.size(); ++k) {
      const double weight = query_.terms[scorer_terms_[k]].weight;
      const double score = Best(scorers_[k], candidate).score;
      sum += weight * score;
      candidate.hit |= weight > 0 && score > 0;
    }
    candidate.raw_score = static_cast<float>(sum);
  }

  // Of every live picture, the best of its rows.
  absl::StatusOr<TermScores> VectorScores(const Term& term,
                                          const std::vector<float>& vector) const {
    const double picture_share = term.text.empty() ? 1 : 0;
    const MatrixView query(vector.data(), 1, vector.size());
    TermScores scores;
    for (const SegmentView& view : snapshot_.segments) {
      if (view.live_row_count == 0) continue;
      const auto found = view.segment->index->Search(query, view.live_row_count, view.live.get());
      if (!found.ok()) return found.status();
      for (const Neighbor& neighbor : found->front()) {
        const auto score = static_cast<float>(DisplayScore(double{neighbor.score}, picture_share));
        float& best = scores[&view.segment->ItemOfRow(neighbor.row)];
        best = std::max(best, score);
      }
    }
    return scores;
  }

  static void AddScores(double weight, const TermScores& scores,
                        std::vector<Candidate>& candidates) {
    for (Candidate& one : candidates) {
      const auto found = scores.find(one.record);
      if (found == scores.end()) continue;
      one.raw_score += static_cast<float>(weight * double{found->second});
      one.hit |= weight > 0;
    }
  }

  const Snapshot& snapshot_;
  const Query& query_;
  const EventTables::View& view_;
  std::vector<EventScorer> scorers_;
  std::vector<size_t> scorer_terms_;  // numbers of their terms
  double total_ = 0;                  // of the weights' sizes
};

absl::Status CheckEvents(const EventOntology& ontology, const Query& query) {
  for (size_t i = 0; i < query.terms.size(); ++i) {
    if (!query.terms[i].event) continue;
    const std::string where = fmt::format("query[{}].event", i);
    if (auto s = CheckEventPattern(ontology, *query.terms[i].event, where); !s.ok()) return s;
  }
  return absl::OkStatus();
}

void FillAnswer(const EventSearch& search, const std::vector<Candidate>& candidates,
                const Query& query, Answer& answer) {
  const auto limit = static_cast<size_t>(query.limit);
  for (size_t i = 0; i < std::min(limit, candidates.size()); ++i) {
    const Candidate& candidate = candidates[i];
    Hit hit;
    hit.raw_score = double{candidate.raw_score};
    hit.score = std::clamp(hit.raw_score, 0.0, 1.0);
    if (query.min_score && hit.score < *query.min_score) return;
    hit.item = candidate.record->item;
    if (!query.include_metadata) hit.item.metadata_json.clear();
    hit.matches = search.Matches(candidate);
    answer.hits.push_back(std::move(hit));
  }
}

}  // namespace

bool HasEvents(const Query& query) {
  return std::any_of(query.terms.begin(), query.terms.end(),
                     [](const Term& term) { return term.event.has_value(); });
}

absl::Status ReadTextAsEvents(const EventExtractor& extractor, Query& query,
                              std::vector<ReadAs>& read_as, std::vector<size_t>& origin) {
  std::vector<Term> terms;
  for (size_t i = 0; i < query.terms.size(); ++i) {
    Term& term = query.terms[i];
    std::vector<EventPattern> patterns;
    if (!term.text.empty()) {
      const auto events = extractor.Extract(TextContent{term.text});
      if (!events.ok()) return events.status();
      for (size_t k = 0; k < std::min(kMaxEventsOfText, events->size()); ++k) {
        patterns.push_back(PatternOf((*events)[k]));
      }
    }
    if (patterns.empty()) {
      terms.push_back(std::move(term));
      origin.push_back(i);
      continue;
    }
    for (const EventPattern& pattern : patterns) {
      const double share = term.weight / static_cast<double>(patterns.size());
      terms.push_back({.event = pattern, .weight = share});
      origin.push_back(i);
    }
    read_as.push_back({i, std::move(patterns)});
  }
  query.terms = std::move(terms);
  return absl::OkStatus();
}

absl::StatusOr<Answer> SearchEvents(Collection& collection, const EventSearcher& searcher,
                                    const Query& query) {
  if (auto status = CheckQuery(query); !status.ok()) return status;
  const EventOntology& ontology = searcher.extractor.ontology();
  if (auto status = CheckEvents(ontology, query); !status.ok()) return status;
  const auto after = CursorOf(query);
  if (!after.ok()) return after.status();
  StopWatch watch;
  Answer answer;
  const auto vectors = searcher.encoder.EncodeEach(collection.store(), query.terms);
  if (!vectors.ok()) return vectors.status();
  EventVectorsWanted wanted;
  for (const Term& term : query.terms) {
    if (term.event) EventScorer::Want(*term.event, ontology, wanted);
  }
  const std::shared_ptr<const Snapshot> snapshot = collection.snapshot();
  const auto view = searcher.tables.Look(collection, *snapshot, wanted);
  if (!view.ok()) return view.status();
  EventSearch search(*snapshot, query, *view);
  if (auto status = search.MakeScorers(searcher); !status.ok()) return status;
  answer.timings.embed_ms = watch.LapMs();

  const auto candidates = search.Run(*vectors, *after, static_cast<size_t>(query.limit));
  if (!candidates.ok()) return candidates.status();
  answer.timings.search_ms = watch.LapMs();

  FillAnswer(search, *candidates, query, answer);
  const auto limit = static_cast<size_t>(query.limit);
  if (answer.hits.size() == limit && candidates->size() > limit) {
    const Candidate& last = (*candidates)[limit - 1];
    SetNextCursor(query, *after, last.raw_score, last.record->item.id, answer);
  }
  SetSource(*snapshot, answer);
  answer.plan.why = "every event is compared";
  answer.timings.hydrate_ms = watch.LapMs();
  return answer;
}

}  // namespace imago
