#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <exception>

#include "kernels/parallel.h"
#include "web/json.h"
#include "web/routes.h"

namespace imago {
namespace {

PictureDecode DecodeOf(Engine& engine) {
  return [&engine](const std::string& bytes) { return engine.DecodePicture(bytes); };
}

// Searches of one request that run at once: as many as share a sweep well.
constexpr size_t kSearchesAtOnce = 16;

// From now on.
SearchLimits LimitsOf(Engine& engine, const HttpRequest& request) {
  const std::chrono::milliseconds timeout(engine.config().server.timeout_ms);
  return {std::chrono::steady_clock::now() + timeout, request.gone};
}

absl::StatusOr<HttpResponse> SearchOne(Engine& engine, const HttpRequest& request) {
  const SearchLimits limits = LimitsOf(engine, request);
  absl::StatusOr<Query> query = ParseQuery(request.body, DecodeOf(engine));
  if (!query.ok()) return query.status();
  absl::StatusOr<Answer> answer = engine.Search(request.Param("collection"), *query, limits);
  if (!answer.ok()) return answer.status();
  return JsonResponse(AnswerToJson(*answer, request.id));
}

// On a thread of its own, which no exception may leave.
absl::StatusOr<Answer> Search(Engine& engine, const HttpRequest& request, const Query& query,
                              const SearchLimits& limits) {
  try {
    return engine.Search(request.Param("collection"), query, limits);
  } catch (const std::exception& error) {
    spdlog::error("{} search: {}", request.id, error.what());
    return absl::InternalError("something unforeseen happened, see the log");
  }
}

std::string AnswerOrError(const absl::StatusOr<Answer>& answer, const HttpRequest& request) {
  if (answer.ok()) return AnswerToJson(*answer, request.id);
  const absl::Status& status = answer.status();
  return fmt::format("{{\"error\":{}}}",
                     ProblemJson(status, ErrorField(status), request.path, request.id));
}

// Each search answers or fails on its own. Several run at once, so that they share sweeps.
absl::StatusOr<HttpResponse> SearchBatch(Engine& engine, const HttpRequest& request) {
  const SearchLimits limits = LimitsOf(engine, request);
  absl::StatusOr<std::vector<Query>> queries = ParseQueries(request.body, DecodeOf(engine));
  if (!queries.ok()) return queries.status();
  const auto collection = engine.GetCollection(request.Param("collection"));
  if (!collection.ok()) return collection.status();
  std::vector<std::string> answers(queries->size());
  std::atomic<size_t> next{0};
  RunParts(std::min(kSearchesAtOnce, queries->size()), [&](size_t) {
    for (size_t i = next++; i < queries->size(); i = next++) {
      answers[i] = AnswerOrError(Search(engine, request, (*queries)[i], limits), request);
    }
  });
  return JsonResponse(fmt::format("{{\"answers\":[{}],\"request_id\":\"{}\"}}",
                                  fmt::join(answers, ","), request.id));
}

absl::StatusOr<HttpResponse> Count(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<Filter> filter = ParseCount(request.body);
  if (!filter.ok()) return filter.status();
  absl::StatusOr<uint64_t> count = engine.Count(request.Param("collection"), *filter);
  if (!count.ok()) return count.status();
  return JsonResponse(fmt::format("{{\"count\":{},\"request_id\":\"{}\"}}", *count, request.id));
}

absl::StatusOr<HttpResponse> Embed(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<std::vector<Content>> contents = ParseInputs(request.body, DecodeOf(engine));
  if (!contents.ok()) return contents.status();
  absl::StatusOr<Embeddings> embeddings = engine.Embed(*contents);
  if (!embeddings.ok()) return embeddings.status();
  return JsonResponse(EmbeddingsToJson(*embeddings));
}

}  // namespace

void AddSearchRoutes(Router& router, Engine& engine) {
  const std::string collection = "/v1/collections/{collection}/";
  router.Add("POST", collection + "search",
             [&engine](const HttpRequest& request) { return SearchOne(engine, request); });
  router.Add("POST", collection + "search:batch",
             [&engine](const HttpRequest& request) { return SearchBatch(engine, request); });
  router.Add("POST", collection + "count",
             [&engine](const HttpRequest& request) { return Count(engine, request); });
  router.Add("POST", "/v1/embed",
             [&engine](const HttpRequest& request) { return Embed(engine, request); });
}

}  // namespace imago
