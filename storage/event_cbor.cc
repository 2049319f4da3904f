#include "storage/event_cbor.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "storage/cbor_fields.h"

namespace imago {
namespace {

using nlohmann::json;

json SpanFields(const TextSpan& span) { return {span.begin, span.end}; }

json ArgumentFields(const EventArgument& argument) {
  json fields = {{"role", argument.role},
                 {"text", argument.filler},
                 {"at", SpanFields(argument.span)},
                 {"head", argument.head},
                 {"head_at", SpanFields(argument.head_span)},
                 {"confidence", argument.confidence}};
  if (const auto& at = argument.region) {
    fields["region"] = {at->left, at->top, at->right, at->bottom};
  }
  return fields;
}

void TakeSpan(const char* name, FieldTaker& taker, TextSpan& span) {
  std::vector<CborField> ends;
  taker.List(name, ends);
  if (!taker.fault().empty()) return;
  constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
  const auto end = [&ends](size_t i) { return FieldTaker::InRange<uint32_t>(ends[i], 0, kMax); };
  if (ends.size() != 2 || !end(0) || !end(1)) {
    return taker.Fault(fmt::format("the field '{}' is no place in a text", name));
  }
  span = {*end(0), *end(1)};
}

void TakeRegion(FieldTaker& taker, std::optional<Region>& region) {
  if (!taker.Has("region")) return;
  std::vector<CborField> sides;
  taker.List("region", sides);
  double values[4];
  for (size_t i = 0; i < 4; ++i) {
    const auto side = i < sides.size() ? FieldTaker::RealOf(sides[i]) : std::nullopt;
    if (!side || sides.size() != 4) return taker.Fault("the field 'region' has not four numbers");
    values[i] = *side;
  }
  region = {values[0], values[1], values[2], values[3]};
}

absl::StatusOr<CborFields> FieldsOf(const CborField& value) {
  const Nested* nested = std::get_if<Nested>(&value);
  if (nested == nullptr) return absl::DataLossError("an event or argument is no map");
  return ReadCborMap(nested->bytes);
}

absl::StatusOr<EventArgument> ArgumentFrom(const CborField& value) {
  auto fields = FieldsOf(value);
  if (!fields.ok()) return fields.status();
  FieldTaker taker(*fields);
  EventArgument argument;
  taker.Text("role", argument.role);
  taker.Text("text", argument.filler);
  TakeSpan("at", taker, argument.span);
  taker.Text("head", argument.head);
  TakeSpan("head_at", taker, argument.head_span);
  taker.Real("confidence", argument.confidence);
  TakeRegion(taker, argument.region);
  if (!taker.fault().empty()) return absl::DataLossError(taker.fault());
  return argument;
}

absl::StatusOr<Event> EventFrom(const CborField& value) {
  auto fields = FieldsOf(value);
  if (!fields.ok()) return fields.status();
  FieldTaker taker(*fields);
  Event event;
  uint64_t source = 0;
  std::vector<CborField> arguments;
  taker.Text("type", event.type);
  taker.Text("trigger", event.trigger);
  TakeSpan("at", taker, event.trigger_span);
  taker.Number<uint64_t>("source", 0, static_cast<uint64_t>(EventSource::kPicture), source);
  taker.Real("confidence", event.confidence);
  taker.List("arguments", arguments);
  if (!taker.fault().empty()) return absl::DataLossError(taker.fault());
  event.source = static_cast<EventSource>(source);
  for (const CborField& one : arguments) {
    auto argument = ArgumentFrom(one);
    if (!argument.ok()) return argument.status();
    event.arguments.push_back(*std::move(argument));
  }
  return event;
}

}  // namespace

json EventsToFields(const std::vector<Event>& events) {
  json list = json::array();
  for (const Event& event : events) {
    json arguments = json::array();
    for (const EventArgument& one : event.arguments) arguments.push_back(ArgumentFields(one));
    list.push_back({{"type", event.type},
                    {"trigger", event.trigger},
                    {"at", SpanFields(event.trigger_span)},
                    {"source", static_cast<uint64_t>(event.source)},
                    {"confidence", event.confidence},
                    {"arguments", std::move(arguments)}});
  }
  return list;
}

absl::StatusOr<std::vector<Event>> EventsFromFields(const CborField& events) {
  const Nested* nested = std::get_if<Nested>(&events);
  auto list = nested == nullptr ? absl::DataLossError("") : ReadCborList(nested->bytes);
  if (!list.ok()) return absl::DataLossError("the field 'events' is no list");
  std::vector<Event> out;
  for (const CborField& one : *list) {
    auto event = EventFrom(one);
    if (!event.ok()) {
      return absl::DataLossError(fmt::format("the field 'events', event {}: {}", out.size(),
                                             std::string(event.status().message())));
    }
    out.push_back(*std::move(event));
  }
  return out;
}

}  // namespace imago
