#include <memory>
#include <utility>

#include "embed/event_extractor.h"
#include "web/events_json.h"
#include "web/routes.h"

namespace imago {
namespace {

absl::StatusOr<HttpResponse> Extract(const EventExtractor& extractor, const HttpRequest& request) {
  absl::StatusOr<EventTexts> asked = ParseEventTexts(request.body);
  if (!asked.ok()) return asked.status();
  std::vector<TextEvents> answers;
  for (std::string& text : asked->texts) {
    absl::StatusOr<std::vector<Event>> events = extractor.Extract(TextContent{text});
    if (!events.ok()) return events.status();
    answers.push_back({std::move(text), *std::move(events)});
  }
  return JsonResponse(asked->list ? EventsToJson(answers) : EventsToJson(answers.front()));
}

}  // namespace

void AddEventRoutes(Router& router) {
  auto ontology = EventOntology::House();
  const absl::Status status = ontology.status();
  const std::shared_ptr<const EventExtractor> extractor =
      ontology.ok() ? NewRuleExtractor(*std::move(ontology)) : nullptr;
  router.Add("POST", "/v1/events:extract",
             [extractor, status](const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
               if (!status.ok()) return status;
               return Extract(*extractor, request);
             });
  router.Add("GET", "/v1/events/types",
             [extractor, status](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
               if (!status.ok()) return status;
               return JsonResponse(EventTypesToJson(extractor->ontology()));
             });
}

}  // namespace imago
