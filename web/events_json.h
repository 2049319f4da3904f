#ifndef IMAGO_WEB_EVENTS_JSON_H_
#define IMAGO_WEB_EVENTS_JSON_H_

// Events as JSON, the same for REST and for the command line. Places in a text are counted in
// Unicode code points; "end" is one past the last.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/event_ontology.h"
#include "storage/event.h"

namespace imago {

struct EventTexts {
  std::vector<std::string> texts;
  bool list = false;  // was given as "texts"
};

// {"text": ...} or {"texts": [...]}, 1 to 64 of them, each of 1 to 65,536 bytes. Errors are
// kInvalidArgument and start with the field.
absl::StatusOr<EventTexts> ParseEventTexts(const std::string& body);

struct TextEvents {
  std::string text;
  std::vector<Event> events;
};

// {"events":[{"type", "trigger":{"text","start","end"},
//             "arguments":[{"role","text","start","end","head":{"text","start","end"}}],
//             "confidence", "source"}], "extractor"}: the last one's name. What is seen in a
//             picture has no "start" and "end"; its
// arguments have a "confidence" and, where it is known, a "region" [left, top, right, bottom].
std::string EventsToJson(const TextEvents& answer, const std::string& extractor);
// {"results":[{"events":[...]}, ...], "extractor"}, one for each text, in order.
std::string EventsToJson(const std::vector<TextEvents>& answers, const std::string& extractor);
// {"types":[{"type","parent","also","definition","roles":{name:[kind, ...]},"templates",...}]}.
std::string EventTypesToJson(const EventOntology& ontology);

}  // namespace imago

#endif  // IMAGO_WEB_EVENTS_JSON_H_
