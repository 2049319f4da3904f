#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "web/event_fields.h"
#include "web/http.h"
#include "web/json.h"
#include "web/json_fields.h"

namespace imago {
namespace {

using nlohmann::ordered_json;

std::string Dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void AddItemFields(const Item& item, bool with_metadata, ordered_json* out) {
  (*out)["asset_path"] = PercentEncode(item.id);
  (*out)["origin"] = std::string(OriginName(item.origin));
  (*out)["uri"] = item.uri;
  (*out)["sha256"] = item.sha256;
  (*out)["bytes"] = item.bytes;
  (*out)["modified_ms"] = item.modified_ms;
  (*out)["width"] = item.width;
  (*out)["height"] = item.height;
  (*out)["caption"] = item.caption;
  if (!with_metadata) return;
  ordered_json metadata = ordered_json::parse(item.metadata_json, nullptr, false);
  if (metadata.is_object()) (*out)["metadata"] = std::move(metadata);
}

// Six digits are more than a score of 16-bit vectors holds.
double Rounded(double value) { return std::round(value * 1e6) / 1e6; }

// "role_scores", "regions" and "event" of one match.
void AddMatch(const EventMatch& match, const std::string& caption, ordered_json* out) {
  ordered_json scores = ordered_json::object();
  ordered_json regions = ordered_json::object();
  for (const EventMatch::Role& role : match.roles) {
    scores[role.name] = Rounded(role.score);
    if (const auto& at = role.region) {
      regions[role.name] = {at->left, at->top, at->right, at->bottom};
    }
  }
  (*out)["role_scores"] = std::move(scores);
  (*out)["regions"] = std::move(regions);
  (*out)["event"] = EventFields({match.event}, caption).front();
}

// The first match stands in the hit itself, all of them in "matches" where more were asked for.
void AddMatches(const Hit& hit, ordered_json* out) {
  if (hit.matches.empty()) return;
  AddMatch(hit.matches.front(), hit.item.caption, out);
  if (hit.matches.size() == 1) return;
  (*out)["matches"] = ordered_json::array();
  for (const EventMatch& match : hit.matches) {
    ordered_json one = {{"query", match.term}, {"score", Rounded(match.score)}};
    AddMatch(match, hit.item.caption, &one);
    (*out)["matches"].push_back(std::move(one));
  }
}

ordered_json ReadAsJson(const std::vector<ReadAs>& read_as) {
  ordered_json out = ordered_json::array();
  for (const ReadAs& one : read_as) {
    ordered_json events = ordered_json::array();
    for (const EventPattern& pattern : one.events) events.push_back(EventPatternFields(pattern));
    out.push_back({{"query", one.term}, {"events", std::move(events)}});
  }
  return out;
}

ordered_json HitJson(const Hit& hit) {
  ordered_json out = {{"asset_id", hit.item.id},
                      {"modality", std::string(MediaKindName(hit.item.kind))},
                      {"score", Rounded(hit.score)},
                      {"raw_score", Rounded(hit.raw_score)}};
  AddMatches(hit, &out);
  // The engine leaves the metadata empty where the query did not ask for it.
  AddItemFields(hit.item, true, &out);
  return out;
}

ordered_json StatsJson(const CollectionStats& stats) {
  return {{"name", stats.name},
          {"items", stats.items},
          {"rows", stats.rows},
          {"bytes", stats.bytes},
          {"model", stats.model}};
}

}  // namespace

std::string AnswerToJson(const Answer& answer, const std::string& request_id) {
  ordered_json out = {{"hits", ordered_json::array()}};
  for (const Hit& hit : answer.hits) out["hits"].push_back(HitJson(hit));
  out["next_cursor"] =
      answer.next_cursor.empty() ? ordered_json(nullptr) : ordered_json(answer.next_cursor);
  if (!answer.read_as.empty()) out["read_as"] = ReadAsJson(answer.read_as);
  const std::optional<double>& recall = answer.plan.recall_estimate;
  out["index"] = {{"model", answer.model},
                  {"snapshot", answer.snapshot},
                  {"mode", answer.mode},
                  {"recall_estimate", recall ? ordered_json(Rounded(*recall)) : ordered_json()}};
  out["plan"] = {{"mode", answer.plan.mode}, {"why", answer.plan.why}};
  out["timings_ms"] = {{"embed", Rounded(answer.timings.embed_ms)},
                       {"search", Rounded(answer.timings.search_ms)},
                       {"hydrate", Rounded(answer.timings.hydrate_ms)}};
  out["request_id"] = request_id;
  return Dump(out);
}

std::string ItemToJson(const Item& item) {
  ordered_json out = {{"asset_id", item.id}, {"modality", std::string(MediaKindName(item.kind))}};
  AddItemFields(item, true, &out);
  out["events"] = EventFields(item.events, item.caption);
  return Dump(out);
}

// Written by hand: the shortest digits that give the float back, where the library would print
// those of a double.
std::string EmbeddingsToJson(const Embeddings& embeddings) {
  std::string out = fmt::format("{{\"model\":{},\"dim\":{},\"vectors\":[",
                                Dump(ordered_json(embeddings.model)), embeddings.rows.cols());
  for (size_t r = 0; r < embeddings.rows.rows(); ++r) {
    const float* row = embeddings.rows.row(r);
    out +=
        fmt::format("{}[{}]", r == 0 ? "" : ",", fmt::join(row, row + embeddings.rows.cols(), ","));
  }
  return out + "]}";
}

std::string CollectionStatsToJson(const CollectionStats& stats) { return Dump(StatsJson(stats)); }

std::string StatsToJson(const std::vector<CollectionStats>& stats) {
  ordered_json out = {{"collections", ordered_json::array()}};
  for (const CollectionStats& one : stats) out["collections"].push_back(StatsJson(one));
  return Dump(out);
}

std::string FindingsToJson(const std::vector<Finding>& findings) {
  ordered_json out = {{"ok", findings.empty()}, {"findings", ordered_json::array()}};
  for (const Finding& finding : findings) out["findings"].push_back({{"what", finding.what}});
  return Dump(out);
}

}  // namespace imago
