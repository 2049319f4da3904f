#ifndef IMAGO_WEB_EVENT_FIELDS_H_
#define IMAGO_WEB_EVENT_FIELDS_H_

// Events and patterns of events inside larger JSON answers and requests.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/event_pattern.h"
#include "storage/event.h"

namespace imago {

// As EventsToJson (events_json.h) writes each of them; `text` is what their spans are places in.
nlohmann::ordered_json EventFields(const std::vector<Event>& events, const std::string& text);

// {"type":..., "roles":{"agent":"police", "person":{"not":"man"}, "place":"anyone"}}: type and
// roles may each be absent, but not both; "anyone" and its like mean that somebody fills the role.
// Errors are kInvalidArgument and start with the field.
absl::StatusOr<EventPattern> ReadEventPattern(const nlohmann::json& object,
                                              const std::string& where);
nlohmann::ordered_json EventPatternFields(const EventPattern& pattern);

}  // namespace imago

#endif  // IMAGO_WEB_EVENT_FIELDS_H_
