#include "web/json.h"
#include "web/routes.h"

namespace imago {
namespace {

absl::StatusOr<HttpResponse> Classify(Engine& engine, const HttpRequest& request) {
  const PictureDecode decode = [&engine](const std::string& bytes) {
    return engine.DecodePicture(bytes);
  };
  absl::StatusOr<ClassifyRequest> asked = ParseClassify(request.body, decode);
  if (!asked.ok()) return asked.status();
  absl::StatusOr<Classification> answer = engine.Classify(*asked);
  if (!answer.ok()) return answer.status();
  return JsonResponse(ClassificationToJson(*answer));
}

}  // namespace

void AddClassifyRoutes(Router& router, Engine& engine) {
  router.Add("POST", "/v1/classify",
             [&engine](const HttpRequest& request) { return Classify(engine, request); });
  router.Add("GET", "/v1/prompts",
             [](const HttpRequest&) { return JsonResponse(PromptBankToJson()); });
}

}  // namespace imago
