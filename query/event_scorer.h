#ifndef IMAGO_QUERY_EVENT_SCORER_H_
#define IMAGO_QUERY_EVENT_SCORER_H_

// How well an item's event is the one that a search looks for.
//
//   score = type score * mean of the role scores; without roles the type score alone. Of an event
//           seen in a picture it is multiplied by the event's confidence
//   type    1 when it is the type asked for or below it, or none is asked for; else half the
//           MeaningScore of the two types' names and definitions
//   role    of a caption's event the best match among the role's fillers; of a picture's the
//           expectation over them, sum(confidence * match); 0 when nothing fills the role
//   anyone  1 when something fills the role (a picture: the sum of the confidences), else 0
//   not     1 - the role's score when something fills it; half of that counts that is not known
//   match   1 when the filler or its head word is the one asked for, case, article and plural
//   aside;
//           else the MeaningScore of the head with the phrase asked for, or with the head of that
//           phrase times (1 + share of the phrase's other words that the filler has) / 2, whichever
//           is higher
//
// So an event in which two have changed roles ranks below the one asked for: each role compares
// only who fills it.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/event_ontology.h"
#include "query/event_pattern.h"
#include "query/event_tables.h"
#include "query/term_encoder.h"

namespace imago {

struct RoleScore {
  std::string role;  // as asked for
  double score = 0;
  int argument = -1;  // of the event, the one that counts most; -1: nothing fills the role
};

// Made for one pattern and one look at the tables, which outlives this. Thread-safe.
class EventScorer {
 public:
  // `pattern` has passed CheckEventPattern.
  static absl::StatusOr<EventScorer> Make(const EventPattern& pattern,
                                          const EventOntology& ontology, const EventWords& words,
                                          TermEncoder& encoder);

  // What Make needs vectors of.
  static void Want(const EventPattern& pattern, const EventOntology& ontology,
                   EventVectorsWanted& wanted);

  // Between 0 and 1.
  double Score(const SegmentEvents& table, const TableEvent& event) const;
  std::vector<RoleScore> RoleScores(const SegmentEvents& table, const TableEvent& event) const;

 private:
  // One role asked for, with what is looked up by number.
  struct Wish {
    RoleWish wish;
    std::vector<uint32_t> role_of_type;
    uint32_t filler = TextVectors::kNone;  // the phrase asked for
    std::vector<float> phrase_scores;      // by head
    std::vector<float> head_scores;        // by head; empty when the phrase is a head
    std::vector<float> shares;  // by filler: of the phrase's other words; empty as head_scores
  };

  explicit EventScorer(const EventWords& words) : words_(words) {}

  void SetTypes(const EventPattern& pattern, const EventOntology& ontology);
  absl::Status AddWish(const RoleWish& wish, const EventPattern& pattern,
                       const EventOntology& ontology, TermEncoder& encoder);
  absl::StatusOr<std::vector<float>> HeadScores(const std::string& text,
                                                TermEncoder& encoder) const;
  double Match(const Wish& wish, const TableArgument& argument) const;
  RoleScore ScoreRole(const Wish& wish, const SegmentEvents& table, const TableEvent& event) const;

  const EventWords& words_;
  std::vector<float> type_scores_;
  std::vector<Wish> wishes_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_EVENT_SCORER_H_
