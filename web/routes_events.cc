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
  return JsonResponse(asked->list ? EventsToJson(answers, extractor.name())
                                  : EventsToJson(answers.front(), extractor.name()));
}

}  // namespace

void AddEventRoutes(Router& router, Engine& engine) {
  router.Add("POST", "/v1/events:extract", [&engine](const HttpRequest& request) {
    return Extract(engine.extractor(), request);
  });
  router.Add("GET", "/v1/events/types",
             [&engine](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
               return JsonResponse(EventTypesToJson(engine.extractor().ontology()));
             });
}

}  // namespace imago
