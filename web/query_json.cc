#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "web/event_fields.h"
#include "web/json.h"
#include "web/json_fields.h"
#include "web/picture_json.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr size_t kMaxTerms = 16;
constexpr size_t kMaxSearches = 64;
constexpr size_t kMaxInputs = 256;
constexpr double kMaxWeight = 100;
constexpr int kMaxTimeoutMs = 600'000;

absl::StatusOr<Term> ReadTerm(const json& object, const std::string& where,
                              const PictureDecode& decode) {
  const Fields fields(object, where);
  if (absl::Status s = fields.CheckNames({"text", "image", "event", "weight"}, {"video"}); !s.ok())
    return s;
  Term term;
  if (absl::Status s = fields.ReadNumber("weight", -kMaxWeight, kMaxWeight, &term.weight); !s.ok())
    return s;
  if (term.weight == 0) return FieldError(fields.Place("weight"), "must not be 0");
  const json* image = fields.Find("image");
  const json* event = fields.Find("event");
  if ((image != nullptr) + (event != nullptr) + (fields.Find("text") != nullptr) != 1) {
    return FieldError(where, "must have exactly one of text, image and event");
  }
  if (event != nullptr) {
    absl::StatusOr<EventPattern> pattern = ReadEventPattern(*event, fields.Place("event"));
    if (!pattern.ok()) return pattern.status();
    term.event = *std::move(pattern);
    return term;
  }
  if (image != nullptr) {
    absl::StatusOr<PictureJson> picture = ReadPicture(*image, fields.Place("image"), decode);
    if (!picture.ok()) return picture.status();
    term.image = std::move(picture->image);
    term.item_id = std::move(picture->item_id);
    return term;
  }
  if (absl::Status s = fields.Read("text", &term.text); !s.ok()) return s;
  if (absl::Status s = CheckText(fields.Place("text"), term.text); !s.ok()) return s;
  return term;
}

absl::Status ReadTerms(const Fields& fields, const PictureDecode& decode, Query* query) {
  const json* terms = fields.Find("query");
  const std::string place = fields.Place("query");
  if (terms == nullptr || !terms->is_array()) return FieldError(place, "must be a list of terms");
  if (terms->empty() || terms->size() > kMaxTerms) {
    return FieldError(place,
                      fmt::format("must have 1 to {} terms, has {}", kMaxTerms, terms->size()));
  }
  bool positive = false;
  for (size_t i = 0; i < terms->size(); ++i) {
    absl::StatusOr<Term> term = ReadTerm((*terms)[i], fmt::format("{}[{}]", place, i), decode);
    if (!term.ok()) return term.status();
    positive = positive || term->weight > 0;
    query->terms.push_back(*std::move(term));
  }
  if (!positive) return FieldError(place, "at least one term must have a positive weight");
  return absl::OkStatus();
}

absl::Status ReadFilter(const Fields& fields, Filter* out) {
  const json* filter = fields.Find("filter");
  if (filter == nullptr) return absl::OkStatus();
  absl::StatusOr<Filter> parsed = Filter::Parse(DumpJson(*filter));
  if (parsed.ok()) {
    *out = *std::move(parsed);
    return absl::OkStatus();
  }
  const std::string message(parsed.status().message());
  const size_t colon = message.find(": ");
  if (colon == std::string::npos || !message.starts_with("filter")) {
    return FieldError(fields.Place("filter"), message);
  }
  return FieldError(fields.Place(message.substr(0, colon)), message.substr(colon + 2));
}

absl::Status ReadModalities(const Fields& fields, std::vector<MediaKind>* kinds) {
  std::vector<std::string> modalities;
  if (absl::Status s = fields.Read("modalities", &modalities); !s.ok()) return s;
  for (const std::string& modality : modalities) {
    if (modality == "image") {
      kinds->push_back(MediaKind::kImage);
    } else if (modality == "caption") {
      kinds->push_back(MediaKind::kCaption);
    } else {
      return FieldError(
          fields.Place("modalities"),
          fmt::format("this version finds \"image\" and \"caption\" only, not \"{}\"", modality));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadEventMode(const Fields& fields, bool* read_events) {
  std::string mode = "none";
  if (absl::Status s = fields.Read("events", &mode); !s.ok()) return s;
  if (mode != "none" && mode != "auto") {
    return FieldError(fields.Place("events"), "must be \"none\" or \"auto\"");
  }
  *read_events = mode == "auto";
  return absl::OkStatus();
}

absl::Status ReadParams(const Fields& fields, Query* query) {
  const json* params = fields.Find("params");
  if (params == nullptr) return absl::OkStatus();
  const Fields inner(*params, fields.Place("params"));
  if (absl::Status s = inner.CheckNames({"mode", "timeout_ms"}); !s.ok()) return s;
  std::string mode = "auto";
  if (absl::Status s = inner.Read("mode", &mode); !s.ok()) return s;
  if (mode != "auto") return FieldError(inner.Place("mode"), "this version supports \"auto\" only");
  return inner.ReadInt("timeout_ms", 1, kMaxTimeoutMs, &query->timeout_ms);
}

// What this version accepts of the choices that later ones widen.
absl::Status CheckChoices(const Fields& fields) {
  std::string on_no_match = "none";
  if (absl::Status s = fields.Read("on_no_match", &on_no_match); !s.ok()) return s;
  if (on_no_match != "none") {
    return FieldError(fields.Place("on_no_match"), "this version supports \"none\" only");
  }
  if (fields.Find("collapse") != nullptr) {
    return FieldError(fields.Place("collapse"), "this version does not support it");
  }
  return absl::OkStatus();
}

absl::Status ReadInclude(const Fields& fields, Query* query) {
  if (fields.Find("include") == nullptr) return absl::OkStatus();
  std::vector<std::string> include;
  if (absl::Status s = fields.Read("include", &include); !s.ok()) return s;
  query->include_metadata = false;
  for (const std::string& part : include) {
    if (part == "metadata") {
      query->include_metadata = true;
    } else if (part != "spans") {
      return FieldError(fields.Place("include"), fmt::format("unknown part \"{}\"", part));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Query> ReadQuery(const json& object, const std::string& where,
                                const PictureDecode& decode) {
  const Fields fields(object, where);
  if (absl::Status s =
          fields.CheckNames({"query", "modalities", "filter", "limit", "cursor", "min_score",
                             "collapse", "params", "include", "on_no_match", "events"});
      !s.ok())
    return s;
  Query query;
  if (absl::Status s = CheckChoices(fields); !s.ok()) return s;
  if (absl::Status s = ReadParams(fields, &query); !s.ok()) return s;
  if (absl::Status s = ReadModalities(fields, &query.kinds); !s.ok()) return s;
  if (absl::Status s = ReadEventMode(fields, &query.read_events); !s.ok()) return s;
  if (absl::Status s = fields.ReadInt("limit", 1, 1000, &query.limit); !s.ok()) return s;
  if (absl::Status s = fields.Read("cursor", &query.cursor); !s.ok()) return s;
  if (query.cursor.size() > 1024) return FieldError(fields.Place("cursor"), "is too long");
  if (fields.Find("min_score") != nullptr) {
    double min_score = 0;
    if (absl::Status s = fields.ReadNumber("min_score", 0, 1, &min_score); !s.ok()) return s;
    query.min_score = min_score;
  }
  if (absl::Status s = ReadInclude(fields, &query); !s.ok()) return s;
  if (absl::Status s = ReadFilter(fields, &query.filter); !s.ok()) return s;
  if (absl::Status s = ReadTerms(fields, decode, &query); !s.ok()) return s;
  return query;
}

absl::StatusOr<Content> ReadInput(const json& object, const std::string& where,
                                  const PictureDecode& decode) {
  absl::StatusOr<Term> term = ReadTerm(object, where, decode);
  if (!term.ok()) return term.status();
  if (object.contains("weight")) return FieldError(where + ".weight", "unknown field");
  if (term->event) return FieldError(where + ".event", "has no vector");
  if (!term->item_id.empty()) return FieldError(where + ".image", "must have base64");
  std::optional<Image>& image = term->image;
  if (image) return Content(ImageContent{*std::move(image)});
  return Content(TextContent{std::move(term->text)});
}

// The list in the only member of the body.
absl::StatusOr<json> ParseList(const std::string& body, const char* name, size_t max_size) {
  absl::StatusOr<json> parsed = ParseJsonObject(body);
  if (!parsed.ok()) return parsed;
  const Fields fields(*parsed, "");
  if (absl::Status s = fields.CheckNames({name}); !s.ok()) return s;
  const json* list = fields.Find(name);
  if (list == nullptr || !list->is_array()) return FieldError(name, "must be a list");
  if (list->empty() || list->size() > max_size) {
    return FieldError(name,
                      fmt::format("must have 1 to {} elements, has {}", max_size, list->size()));
  }
  return *list;
}

}  // namespace

absl::StatusOr<Query> ParseQuery(const std::string& body, const PictureDecode& decode) {
  absl::StatusOr<json> parsed = ParseJsonObject(body);
  if (!parsed.ok()) return parsed.status();
  return ReadQuery(*parsed, "", decode);
}

absl::StatusOr<std::vector<Query>> ParseQueries(const std::string& body,
                                                const PictureDecode& decode) {
  absl::StatusOr<json> list = ParseList(body, "searches", kMaxSearches);
  if (!list.ok()) return list.status();
  std::vector<Query> queries;
  for (size_t i = 0; i < list->size(); ++i) {
    absl::StatusOr<Query> query = ReadQuery((*list)[i], fmt::format("searches[{}]", i), decode);
    if (!query.ok()) return query.status();
    queries.push_back(*std::move(query));
  }
  return queries;
}

absl::StatusOr<Filter> ParseCount(const std::string& body) {
  absl::StatusOr<json> parsed = ParseJsonObject(body.empty() ? "{}" : body);
  if (!parsed.ok()) return parsed.status();
  const Fields fields(*parsed, "");
  if (absl::Status s = fields.CheckNames({"filter"}); !s.ok()) return s;
  Filter filter;
  if (absl::Status s = ReadFilter(fields, &filter); !s.ok()) return s;
  return filter;
}

absl::StatusOr<std::vector<Content>> ParseInputs(const std::string& body,
                                                 const PictureDecode& decode) {
  absl::StatusOr<json> list = ParseList(body, "inputs", kMaxInputs);
  if (!list.ok()) return list.status();
  std::vector<Content> contents;
  for (size_t i = 0; i < list->size(); ++i) {
    absl::StatusOr<Content> content = ReadInput((*list)[i], fmt::format("inputs[{}]", i), decode);
    if (!content.ok()) return content.status();
    contents.push_back(*std::move(content));
  }
  return contents;
}

}  // namespace imago
