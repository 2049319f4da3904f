#ifndef IMAGO_QUERY_EVENT_PATTERN_H_
#define IMAGO_QUERY_EVENT_PATTERN_H_

// The event that a search looks for: "arrest(agent=police, person=man)".

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/event_ontology.h"
#include "storage/event.h"

namespace imago {

struct RoleWish {
  std::string role;      // as asked for
  std::string filler;    // who or what; empty: anyone
  bool negated = false;  // anyone but this; with an empty filler: nobody

  friend bool operator==(const RoleWish&, const RoleWish&) = default;
};

// Has a type or a role, or both; at most 16 roles, each once.
struct EventPattern {
  std::string type;  // of the ontology, or a parent of types; empty: any
  std::vector<RoleWish> roles;

  friend bool operator==(const EventPattern&, const EventPattern&) = default;
};

// "*", "anyone", "anybody", "anything", "someone", "somebody", "something", in any case.
bool MeansAnyone(std::string_view filler);

// TYPE(ROLE=FILLER, ...), TYPE or (ROLE=FILLER, ...). "!" before a filler negates it; one that
// holds a comma, a bracket or a quote stands in double quotes, with a backslash before quote or
// backslash. kInvalidArgument says what is wrong at which place.
absl::StatusOr<EventPattern> ParseEventPattern(const std::string& text);
// The same text again.
std::string FormatEventPattern(const EventPattern& pattern);
// The event that an event of a text asks for: of each role the first filler.
EventPattern PatternOf(const Event& event);

// kInvalidArgument "<where>.type: ..." or "<where>.roles...": a type or role that the ontology does
// not know, naming those that are spelled most alike; too many roles or too long fillers.
absl::Status CheckEventPattern(const EventOntology& ontology, const EventPattern& pattern,
                               const std::string& where);

// Whether events of `type` are meant by the name of a type or parent. An empty name means all.
bool IsTypeOrBelow(const EventOntology& ontology, const EventType& type, std::string_view name);

}  // namespace imago

#endif  // IMAGO_QUERY_EVENT_PATTERN_H_
