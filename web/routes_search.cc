#include <fmt/format.h>

#include "web/json.h"
#include "web/routes.h"

namespace imago {
namespace {

PictureDecode DecodeOf(Engine& engine) {
  return [&engine](const std::string& bytes) { return engine.DecodePicture(bytes); };
}

absl::StatusOr<HttpResponse> SearchOne(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<Query> query = ParseQuery(request.body, DecodeOf(engine));
  if (!query.ok()) return query.status();
  absl::StatusOr<Answer> answer = engine.Search(request.Param("collection"), *query);
  if (!answer.ok()) return answer.status();
  return JsonResponse(AnswerToJson(*answer, request.id));
}

// Each search answers or fails on its own.
absl::StatusOr<HttpResponse> SearchBatch(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<std::vector<Query>> queries = ParseQueries(request.body, DecodeOf(engine));
  if (!queries.ok()) return queries.status();
  const auto collection = engine.GetCollection(request.Param("collection"));
  if (!collection.ok()) return collection.status();
  std::string answers;
  for (const Query& query : *queries) {
    absl::StatusOr<Answer> answer = engine.Search(request.Param("collection"), query);
    if (!answers.empty()) answers += ',';
    answers += answer.ok() ? AnswerToJson(*answer, request.id)
                           : fmt::format("{{\"error\":{}}}",
                                         ProblemJson(answer.status(), ErrorField(answer.status()),
                                                     request.path, request.id));
  }
  return JsonResponse(
      fmt::format("{{\"answers\":[{}],\"request_id\":\"{}\"}}", answers, request.id));
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
