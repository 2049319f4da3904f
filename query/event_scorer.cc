#include "query/event_scorer.h"

#include <algorithm>

#include "embed/event_words.h"
#include "query/filler.h"
#include "query/meaning.h"

namespace imago {
namespace {

constexpr double kOtherType = 0.5;  // of the meaning score
constexpr double kNotKnown = 0.5;   // of a negated role that nothing fills

// The role of `type` that is meant by a name which is perhaps another type's.
const EventRole* RoleMeant(const EventType& type, const std::string& name, const EventType* asked) {
  if (const EventRole* role = type.FindRole(name)) return role;
  const EventRole* const other = asked == nullptr ? nullptr : asked->FindRole(name);
  if (other == nullptr) return nullptr;
  if (const EventRole* role = type.FindRole(other->name)) return role;
  for (const std::string& also : other->also) {
    if (const EventRole* role = type.FindRole(also)) return role;
  }
  return nullptr;
}

}  // namespace

void EventScorer::Want(const EventPattern& pattern, const EventOntology& ontology,
                       EventVectorsWanted& wanted) {
  const EventType* const type = pattern.type.empty() ? nullptr : ontology.Find(pattern.type);
  if (type != nullptr) wanted.types.push_back(type->name);
  wanted.heads |= std::any_of(pattern.roles.begin(), pattern.roles.end(),
                              [](const RoleWish& wish) { return !wish.filler.empty(); });
}

absl::StatusOr<EventScorer> EventScorer::Make(const EventPattern& pattern,
                                              const EventOntology& ontology,
                                              const EventWords& words, TermEncoder& encoder) {
  EventScorer scorer(words);
  scorer.SetTypes(pattern, ontology);
  for (const RoleWish& wish : pattern.roles) {
    if (auto status = scorer.AddWish(wish, pattern, ontology, encoder); !status.ok()) return status;
  }
  return scorer;
}

void EventScorer::SetTypes(const EventPattern& pattern, const EventOntology& ontology) {
  type_scores_.assign(words_.types.size(), pattern.type.empty() ? 1.0f : 0.0f);
  if (pattern.type.empty()) return;
  const std::string name = LowerAscii(pattern.type);
  const EventType* const asked = ontology.Find(pattern.type);
  const uint32_t number = asked == nullptr ? TextVectors::kNone : words_.types.Find(asked->name);
  std::vector<float> cosines;
  if (number != TextVectors::kNone) {
    cosines = words_.meanings.CosinesWith(words_.meaning_of[number]);
  }
  for (uint32_t type = 0; type < type_scores_.size(); ++type) {
    const EventType* const known = ontology.Find(words_.types.text(type));
    const bool same = known == nullptr ? LowerAscii(words_.types.text(type)) == name
                                       : IsTypeOrBelow(ontology, *known, pattern.type);
    if (same) {
      type_scores_[type] = 1;
    } else if (!cosines.empty()) {
      type_scores_[type] =
          static_cast<float>(kOtherType * MeaningScore(double{cosines[words_.meaning_of[type]]},
                                                       words_.type_background));
    }
  }
}

absl::Status EventScorer::AddWish(const RoleWish& wish, const EventPattern& pattern,
                                  const EventOntology& ontology, TermEncoder& encoder) {
  Wish made;
  made.wish = wish;
  const EventType* const asked = pattern.type.empty() ? nullptr : ontology.Find(pattern.type);
  for (uint32_t type = 0; type < words_.types.size(); ++type) {
    const EventType* const known = ontology.Find(words_.types.text(type));
    const EventRole* const role = known == nullptr ? nullptr : RoleMeant(*known, wish.role, asked);
    made.role_of_type.push_back(words_.roles.Find(role == nullptr ? wish.role : role->name));
  }
  if (!wish.filler.empty()) {
    const FillerQuery query = ReadFillerQuery(wish.filler);
    if (!query.phrase.empty()) made.filler = words_.fillers.Find(query.phrase);
    auto scores = HeadScores(query.phrase, encoder);
    if (!scores.ok()) return scores.status();
    made.phrase_scores = *std::move(scores);
    if (query.head != query.phrase) {
      scores = HeadScores(query.head, encoder);
      if (!scores.ok()) return scores.status();
      made.head_scores = *std::move(scores);
      for (uint32_t filler = 0; filler < words_.fillers.size(); ++filler) {
        const double share = ShareOfWords(query.others, words_.fillers.text(filler));
        made.shares.push_back(static_cast<float>(share));
      }
    }
  }
  wishes_.push_back(std::move(made));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> EventScorer::HeadScores(const std::string& text,
                                                           TermEncoder& encoder) const {
  if (text.empty()) return std::vector<float>(words_.heads.size());
  const auto vector = encoder.EncodeText(text);
  if (!vector.ok()) return vector.status();
  std::vector<float> scores = words_.heads.Cosines(*vector);
  for (float& score : scores) {
    score = static_cast<float>(MeaningScore(double{score}, words_.head_background));
  }
  // Nothing fills a role with no word in it.
  if (const uint32_t none = words_.heads.Find(""); none != TextVectors::kNone) scores[none] = 0;
  if (const uint32_t same = words_.heads.Find(text); same != TextVectors::kNone) scores[same] = 1;
  return scores;
}

double EventScorer::Match(const Wish& wish, const TableArgument& argument) const {
  if (argument.filler == wish.filler) return 1;
  const double phrase = double{wish.phrase_scores[argument.head]};
  if (wish.head_scores.empty()) return phrase;
  const double head = double{wish.head_scores[argument.head]};
  if (head <= phrase) return phrase;
  const double share = double{wish.shares[argument.filler]};
  return std::max(phrase, head * (1 + share) / 2);
}

RoleScore EventScorer::ScoreRole(const Wish& wish, const SegmentEvents& table,
                                 const TableEvent& event) const {
  const bool seen = event.source == EventSource::kPicture;
  RoleScore out{wish.wish.role, 0, -1};
  double filled = 0;
  double best = -1;
  for (uint32_t i = 0; i < event.count; ++i) {
    const TableArgument& argument = table.arguments[event.first + i];
    if (argument.role != wish.role_of_type[event.type]) continue;
    const double match = wish.wish.filler.empty() ? 1 : Match(wish, argument);
    const double weight = seen ? double{argument.confidence} : 1;
    filled += weight;
    out.score = seen ? out.score + weight * match : std::max(out.score, match);
    if (weight * match > best) out.argument = static_cast<int>(i);
    best = std::max(best, weight * match);
  }
  filled = std::min(filled, 1.0);
  out.score = std::min(out.score, 1.0);
  if (!wish.wish.negated) return out;
  const double not_known = wish.wish.filler.empty() ? 1 : kNotKnown;
  out.score = filled - std::min(out.score, filled) + (1 - filled) * not_known;
  return out;
}

double EventScorer::Score(const SegmentEvents& table, const TableEvent& event) const {
  double score = double{type_scores_[event.type]};
  if (event.source == EventSource::kPicture) score *= double{event.confidence};
  if (score == 0 || wishes_.empty()) return score;
  double sum = 0;
  for (const Wish& wish : wishes_) sum += ScoreRole(wish, table, event).score;
  return score * sum / static_cast<double>(wishes_.size());
}

std::vector<RoleScore> EventScorer::RoleScores(const SegmentEvents& table,
                                               const TableEvent& event) const {
  std::vector<RoleScore> scores;
  for (const Wish& wish : wishes_) scores.push_back(ScoreRole(wish, table, event));
  return scores;
}

}  // namespace imago
