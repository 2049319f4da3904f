#ifndef IMAGO_STORAGE_EVENT_CBOR_H_
#define IMAGO_STORAGE_EVENT_CBOR_H_

// Events as they stand in an item's CBOR:
//   [{"type", "trigger", "at":[begin, end], "source", "confidence", "arguments":
//     [{"role", "text", "at", "head", "head_at", "confidence", "region":[left, top, right,
//     bottom]}]}]
// "region" is there only where it is known; unknown fields are ignored.

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/cbor_reader.h"
#include "storage/event.h"

namespace imago {

nlohmann::json EventsToFields(const std::vector<Event>& events);
// kDataLoss says which field of an event is missing, mistyped or out of range.
absl::StatusOr<std::vector<Event>> EventsFromFields(const CborField& events);

}  // namespace imago

#endif  // IMAGO_STORAGE_EVENT_CBOR_H_
