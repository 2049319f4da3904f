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
  // Who reads: "rules", or the id of what was learned, "imago-event-tagger@1a2b3c4d".
  virtual std::string name() const = 0;
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

// The rules together with a tagger that was trained (train_tagger.h), from a folder with
// tagger.json and weights.safetensors. The tagger says which words tell of events of the types that
// it has learned, and who has which of the roles that it has learned of them. The rules read all
// else: other types and roles, triggers that the tagger never met, and plain sentences
// (plain_reading.h) in which it sees nothing. What the tagger reads has its probability as
// confidence. Errors name the file: kNotFound, kInvalidArgument and kDataLoss for one that is
// broken.
absl::StatusOr<std::unique_ptr<EventExtractor>> OpenTrainedExtractor(EventOntology ontology,
                                                                     const std::string& dir);

// How often each type occurs in a corpus.
using EventTypeCounts = std::map<std::string, uint64_t>;

// The event that a caption is about (Li et al., CLIP-Event, CVPR 2022): the one with the highest
// share of its type in the corpus plus number of arguments, after the arguments of events of the
// same type are put together under the first of them (equal role and filler once). Of equals the
// earliest. Nothing when there are no events.
std::optional<Event> SalientEvent(const std::vector<Event>& events, const EventTypeCounts& counts);

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_EXTRACTOR_H_
