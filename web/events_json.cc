#include "web/events_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "embed/event_extractor.h"
#include "web/event_fields.h"
#include "web/json.h"
#include "web/json_fields.h"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMaxTexts = 64;

absl::Status CheckEventText(const std::string& field, const std::string& text) {
  if (!text.empty() && text.size() <= kMaxEventTextBytes) return absl::OkStatus();
  return FieldError(
      field, fmt::format("must have 1 to {} bytes, has {}", kMaxEventTextBytes, text.size()));
}

ordered_json AnswerJson(const TextEvents& answer) {
  return {{"events", EventFields(answer.events, answer.text)}};
}

std::string Dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json TypeJson(const EventType& type) {
  ordered_json roles = ordered_json::object();
  for (const EventRole& role : type.roles) {
    ordered_json kinds = ordered_json::array();
    for (const FillerKind kind : role.kinds) kinds.push_back(FillerKindName(kind));
    roles[role.name] = std::move(kinds);
  }
  ordered_json templates = ordered_json::array();
  ordered_json verbs = ordered_json::array();
  for (const EventFrame& frame : type.frames) {
    templates.push_back(frame.grammar.text);
    for (const std::string& verb : frame.verbs) verbs.push_back(verb);
  }
  return {{"type", type.name},
          {"parent", type.parent},
          {"also", type.also},
          {"definition", type.definition},
          {"roles", roles},
          {"templates", templates},
          {"verbs", verbs},
          {"nouns", type.nouns},
          {"keywords", type.keywords},
          {"symmetric", type.symmetric}};
}

}  // namespace

absl::StatusOr<EventTexts> ParseEventTexts(const std::string& body) {
  absl::StatusOr<json> parsed = ParseJsonObject(body);
  if (!parsed.ok()) return parsed.status();
  const Fields fields(*parsed, "");
  if (absl::Status s = fields.CheckNames({"text", "texts"}); !s.ok()) return s;
  EventTexts request;
  request.list = fields.Find("texts") != nullptr;
  if (request.list == (fields.Find("text") != nullptr)) {
    return FieldError("text", "must be there, or texts, and not both");
  }
  if (!request.list) {
    request.texts.emplace_back();
    if (absl::Status s = fields.Read("text", &request.texts.back()); !s.ok()) return s;
  } else if (absl::Status s = fields.Read("texts", &request.texts); !s.ok()) {
    return s;
  }
  if (request.texts.empty() || request.texts.size() > kMaxTexts) {
    return FieldError("texts", fmt::format("must have 1 to {} elements, has {}", kMaxTexts,
                                           request.texts.size()));
  }
  for (size_t i = 0; i < request.texts.size(); ++i) {
    const std::string field = request.list ? fmt::format("texts[{}]", i) : "text";
    if (absl::Status s = CheckEventText(field, request.texts[i]); !s.ok()) return s;
  }
  return request;
}

std::string EventsToJson(const TextEvents& answer, const std::string& extractor) {
  ordered_json json = AnswerJson(answer);
  json["extractor"] = extractor;
  return Dump(json);
}

std::string EventsToJson(const std::vector<TextEvents>& answers, const std::string& extractor) {
  ordered_json results = ordered_json::array();
  for (const TextEvents& answer : answers) results.push_back(AnswerJson(answer));
  return Dump({{"results", std::move(results)}, {"extractor", extractor}});
}

std::string EventTypesToJson(const EventOntology& ontology) {
  ordered_json types = ordered_json::array();
  for (const EventType& type : ontology.types()) types.push_back(TypeJson(type));
  return Dump({{"types", std::move(types)}});
}

}  // namespace imago
