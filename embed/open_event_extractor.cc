#include <utility>

#include "embed/bundle.h"
#include "embed/event_extractor.h"
#include "storage/durable_file.h"

namespace imago {

absl::StatusOr<std::unique_ptr<EventExtractor>> OpenEventExtractor(const std::string& bundle_dir,
                                                                   EventOntology ontology) {
  const auto json = ReadWholeFile(bundle_dir + "/model.json");
  if (!json.ok()) return json.status();
  const auto config = ParseBundleConfig(*json);
  if (!config.ok()) return config.status();
  if (config->family == "hash") return NewHashEventExtractor(std::move(ontology));
  return NewRuleExtractor(std::move(ontology));
}

}  // namespace imago
