#include "web/event_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "web/json.h"
#include "web/json_fields.h"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Counts forward, so that all places of a text take one walk through it.
class CodePoints {
 public:
  explicit CodePoints(const std::string& text) : counts_(text.size() + 1) {
    uint32_t count = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      counts_[i] = count;
      count += (static_cast<uint8_t>(text[i]) & 0xc0) != 0x80 ? 1 : 0;
    }
    counts_[text.size()] = count;
  }
  uint32_t At(uint32_t byte) const { return counts_[std::min<size_t>(byte, counts_.size() - 1)]; }

 private:
  std::vector<uint32_t> counts_;
};

double Rounded(double value) { return std::round(value * 1e6) / 1e6; }

ordered_json PlaceJson(const std::string& text, const TextSpan& span, const CodePoints& points) {
  return {{"text", text}, {"start", points.At(span.begin)}, {"end", points.At(span.end)}};
}

// What is seen in a picture stands nowhere in a text.
ordered_json WordsJson(const Event& event, const std::string& text, const TextSpan& span,
                       const CodePoints& points) {
  if (event.source == EventSource::kCaption) return PlaceJson(text, span, points);
  return {{"text", text}};
}

ordered_json ArgumentJson(const Event& event, const EventArgument& one, const CodePoints& points) {
  ordered_json argument = {{"role", one.role}};
  argument.update(WordsJson(event, one.filler, one.span, points));
  argument["head"] = WordsJson(event, one.head, one.head_span, points);
  if (event.source == EventSource::kPicture) argument["confidence"] = Rounded(one.confidence);
  if (one.region) {
    argument["region"] = {one.region->left, one.region->top, one.region->right, one.region->bottom};
  }
  return argument;
}

absl::Status ReadFiller(const json& value, const std::string& where, RoleWish* wish) {
  const json* filler = &value;
  if (value.is_object()) {
    const Fields fields(value, where);
    if (absl::Status s = fields.CheckNames({"not"}); !s.ok()) return s;
    filler = fields.Find("not");
    wish->negated = true;
  }
  if (filler == nullptr || !filler->is_string()) {
    return FieldError(where, "must be a text or {\"not\": TEXT}");
  }
  wish->filler = filler->get<std::string>();
  if (absl::Status s = CheckText(where, wish->filler); !s.ok()) return s;
  if (MeansAnyone(wish->filler)) wish->filler.clear();
  return absl::OkStatus();
}

}  // namespace

ordered_json EventFields(const std::vector<Event>& events, const std::string& text) {
  const CodePoints points(text);
  ordered_json out = ordered_json::array();
  for (const Event& event : events) {
    ordered_json arguments = ordered_json::array();
    for (const EventArgument& one : event.arguments) {
      arguments.push_back(ArgumentJson(event, one, points));
    }
    out.push_back({{"type", event.type},
                   {"trigger", WordsJson(event, event.trigger, event.trigger_span, points)},
                   {"arguments", std::move(arguments)},
                   {"confidence", Rounded(event.confidence)},
                   {"source", std::string(EventSourceName(event.source))}});
  }
  return out;
}

absl::StatusOr<EventPattern> ReadEventPattern(const json& object, const std::string& where) {
  const Fields fields(object, where);
  if (absl::Status s = fields.CheckNames({"type", "roles"}); !s.ok()) return s;
  EventPattern pattern;
  if (absl::Status s = fields.Read("type", &pattern.type); !s.ok()) return s;
  const json* roles = fields.Find("roles");
  const std::string place = fields.Place("roles");
  if (roles != nullptr && !roles->is_object()) return FieldError(place, "must be an object");
  if (roles != nullptr) {
    for (const auto& [role, filler] : roles->items()) {
      RoleWish wish;
      wish.role = role;
      if (role.empty()) return FieldError(place, "a role must have a name");
      if (absl::Status s = ReadFiller(filler, place + "." + role, &wish); !s.ok()) return s;
      pattern.roles.push_back(std::move(wish));
    }
  }
  if (pattern.type.empty() && pattern.roles.empty()) {
    return FieldError(where, "must have a type or roles");
  }
  return pattern;
}

ordered_json EventPatternFields(const EventPattern& pattern) {
  ordered_json roles = ordered_json::object();
  for (const RoleWish& wish : pattern.roles) {
    const std::string filler = wish.filler.empty() ? "anyone" : wish.filler;
    roles[wish.role] = wish.negated ? ordered_json{{"not", filler}} : ordered_json(filler);
  }
  ordered_json out = ordered_json::object();
  if (!pattern.type.empty()) out["type"] = pattern.type;
  out["roles"] = std::move(roles);
  return out;
}

}  // namespace imago
