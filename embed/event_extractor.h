#ifndef IMAGO_EMBED_EVENT_EXTRACTOR_H_
#define IMAGO_EMBED_EVENT_EXTRACTOR_H_

// Media in, events out.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/event_ontology.h"
#include "storage/event.h"

namespace imago {

// Thread-safe.
class EventExtractor {
 public:
  virtual ~EventExtractor() = default;
  virtual const EventOntology& ontology() const = 0;
  // The events of a text in the order of their triggers, each trigger in one event; none is a good
  // answer. kUnimplemented for media that the extractor cannot read, kInvalidArgument for a text
  // of more than kMaxEventTextBytes.
  virtual absl::StatusOr<std::vector<Event>> Extract(const Content& content) const = 0;
};

inline constexpr size_t kMaxEventTextBytes = 65536;

// Reads English captions by rules over closed word classes, inflection and the ontology's verbs,
// nouns and templates; nothing is learned. Does not read pictures. What an event's confidence comes
// from is told in event_rules.h.
std::unique_ptr<EventExtractor> NewRuleExtractor(EventOntology ontology);

// How often each type occurs in a corpus.
using EventTypeCounts = std::map<std::string, uint64_t>;

// The event that a caption is about (Li et al., CLIP-Event, CVPR 2022): the one with the highest
// share of its type in the corpus plus number of arguments, after the arguments of events of the
// same type are put together under the first of them (equal role and filler once). Of equals the
// earliest. Nothing when there are no events.
std::optional<Event> SalientEvent(const std::vector<Event>& events, const EventTypeCounts& counts);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_EXTRACTOR_H_
