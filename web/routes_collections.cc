#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "embed/bundle.h"
#include "web/json.h"
#include "web/json_fields.h"
#include "web/routes.h"

namespace imago {
namespace {

absl::StatusOr<HttpResponse> List(Engine& engine) {
  std::vector<CollectionStats> all;
  for (const std::string& name : engine.ListCollections()) {
    absl::StatusOr<CollectionStats> stats = engine.Stats(name);
    // One that was dropped meanwhile is no longer to be listed.
    if (absl::IsNotFound(stats.status())) continue;
    if (!stats.ok()) return stats.status();
    all.push_back(*std::move(stats));
  }
  return JsonResponse(StatsToJson(all));
}

absl::StatusOr<HttpResponse> Show(Engine& engine, const std::string& name, int http_status) {
  absl::StatusOr<CollectionStats> stats = engine.Stats(name);
  if (!stats.ok()) return stats.status();
  return JsonResponse(CollectionStatsToJson(*stats), http_status);
}

absl::StatusOr<HttpResponse> Create(Engine& engine, const std::string& name) {
  const bool there = engine.GetCollection(name).ok();
  const auto collection = engine.GetCollection(name, /*create=*/true);
  if (!collection.ok()) return collection.status();
  return Show(engine, name, there ? 200 : 201);
}

absl::StatusOr<HttpResponse> Drop(Engine& engine, const std::string& name) {
  if (absl::Status status = engine.DropCollection(name); !status.ok()) return status;
  HttpResponse response;
  response.status = 204;
  return response;
}

// The model that serves, with its card where the bundle has one.
HttpResponse Models(Engine& engine) {
  const Encoder& encoder = engine.encoder();
  nlohmann::ordered_json model = {{"model", encoder.model()},
                                  {"dim", encoder.dim()},
                                  {"input_size", encoder.preprocess().size},
                                  {"state", "serving"}};
  const absl::StatusOr<std::string> dir = ResolveModelDir(engine.config());
  if (dir.ok()) {
    const auto text = ReadFile(*dir + "/model.json", 1 << 20);
    const auto config = text.ok() ? ParseBundleConfig(*text) : text.status();
    if (config.ok()) {
      model["card"] = nlohmann::ordered_json::parse(config->card_json, nullptr, false);
    }
  }
  return JsonResponse(nlohmann::ordered_json{{"models", {model}}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

void AddCollectionRoutes(Router& router, Engine& engine) {
  router.Add("GET", "/v1/models", [&engine](const HttpRequest&) { return Models(engine); });
  router.Add("GET", "/v1/collections", [&engine](const HttpRequest&) { return List(engine); });
  const std::string one = "/v1/collections/{collection}";
  router.Add("GET", one, [&engine](const HttpRequest& request) {
    return Show(engine, request.Param("collection"), 200);
  });
  router.Add("PUT", one, [&engine](const HttpRequest& request) {
    return Create(engine, request.Param("collection"));
  });
  router.Add("DELETE", one, [&engine](const HttpRequest& request) {
    return Drop(engine, request.Param("collection"));
  });
}

}  // namespace imago
