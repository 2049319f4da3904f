#include "query/text_events.h"

#include <utility>

#include "query/config.h"

namespace imago {

absl::StatusOr<std::unique_ptr<EventExtractor>> OpenTextExtractor(EventOntology ontology) {
  const std::string dir = FindEventTagger();
  if (dir.empty()) return NewRuleExtractor(std::move(ontology));
  return OpenTrainedExtractor(std::move(ontology), dir);
}

}  // namespace imago
