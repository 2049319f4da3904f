#ifndef IMAGO_QUERY_TEXT_EVENTS_H_
#define IMAGO_QUERY_TEXT_EVENTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "embed/event_extractor.h"

namespace imago {

// What reads events off texts here: the rules and the trained tagger where it is found
// (FindEventTagger), else the rules alone. A tagger that is there and cannot be opened is an error.
absl::StatusOr<std::unique_ptr<EventExtractor>> OpenTextExtractor(EventOntology ontology);

}  // namespace imago

#endif  // IMAGO_QUERY_TEXT_EVENTS_H_
