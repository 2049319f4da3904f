#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "web/import_paths.h"
#include "web/json.h"
#include "web/json_fields.h"
#include "web/routes.h"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

absl::StatusOr<HttpResponse> Show(Engine& engine, const std::string& job, int http_status) {
  absl::StatusOr<ImportReport> report = engine.GetImport(job);
  if (!report.ok()) return report.status();
  HttpResponse response = JsonResponse(ImportReportToJson(*report), http_status);
  if (http_status == 202) response.headers["Location"] = "/v1/imports/" + PercentEncode(job);
  return response;
}

absl::StatusOr<HttpResponse> Start(Engine& engine, const HttpRequest& request) {
  const absl::StatusOr<json> body = ParseJsonObject(request.body);
  if (!body.ok()) return body.status();
  const Fields fields(*body, "");
  if (absl::Status s = fields.CheckNames({"collection", "paths", "prune"}); !s.ok()) return s;
  std::string collection = "main";
  ImportOptions options;
  options.decode = engine.config().decode;
  if (absl::Status s = fields.Read("collection", &collection); !s.ok()) return s;
  if (absl::Status s = fields.Read("paths", &options.paths); !s.ok()) return s;
  if (absl::Status s = fields.Read("prune", &options.prune); !s.ok()) return s;
  const auto& roots = engine.config().server.import_roots;
  if (absl::Status s = CheckImportPaths(options.paths, roots); !s.ok()) return s;
  absl::StatusOr<std::string> job = engine.StartImport(collection, options);
  if (!job.ok()) return job.status();
  return Show(engine, *job, 202);
}

absl::StatusOr<HttpResponse> List(Engine& engine) {
  std::string imports;
  std::vector<ImportReport> reports = engine.ListImports();
  std::reverse(reports.begin(), reports.end());
  for (ImportReport& report : reports) {
    // The list of failed files may be long; it has a route of its own.
    report.failed.clear();
    if (!imports.empty()) imports += ',';
    imports += ImportReportToJson(report);
  }
  return JsonResponse(fmt::format("{{\"imports\":[{}],\"roots\":{}}}", imports,
                                  DumpJson(json(engine.config().server.import_roots))));
}

absl::StatusOr<HttpResponse> Errors(Engine& engine, const HttpRequest& request) {
  const absl::StatusOr<int> limit = QueryNumber(request, "limit", 100, 1, 1000);
  const absl::StatusOr<int> offset = QueryNumber(request, "offset", 0, 0, 1'000'000'000);
  if (!limit.ok()) return limit.status();
  if (!offset.ok()) return offset.status();
  absl::StatusOr<ImportReport> report = engine.GetImport(request.Param("job"));
  if (!report.ok()) return report.status();
  const size_t total = report->failed.size();
  const size_t begin = std::min<size_t>(*offset, total);
  const size_t end = std::min<size_t>(begin + *limit, total);
  ordered_json out = {{"job", report->job}, {"total", total}, {"failed", ordered_json::array()}};
  for (size_t i = begin; i < end; ++i) {
    out["failed"].push_back({{"path", report->failed[i].path}, {"error", report->failed[i].error}});
  }
  return JsonResponse(out.dump(-1, ' ', false, json::error_handler_t::replace));
}

absl::StatusOr<HttpResponse> Steer(Engine& engine, const std::string& job,
                                   absl::Status (Engine::*what)(const std::string&)) {
  if (absl::Status s = (engine.*what)(job); !s.ok()) return s;
  return Show(engine, job, 200);
}

absl::StatusOr<HttpResponse> Retry(Engine& engine, const std::string& job) {
  absl::StatusOr<std::string> retry = engine.RetryFailed(job);
  if (!retry.ok()) return retry.status();
  return Show(engine, *retry, 202);
}

}  // namespace

void AddImportRoutes(Router& router, Engine& engine) {
  router.Add("GET", "/v1/imports", [&engine](const HttpRequest&) { return List(engine); });
  router.Add("POST", "/v1/imports",
             [&engine](const HttpRequest& request) { return Start(engine, request); });
  const std::string job = "/v1/imports/{job}";
  const std::pair<const char*, absl::Status (Engine::*)(const std::string&)> verbs[] = {
      {":pause", &Engine::PauseImport},
      {":resume", &Engine::ResumeImport},
      {":cancel", &Engine::CancelImport}};
  for (const auto& [verb, method] : verbs) {
    router.Add("POST", job + verb, [&engine, method = method](const HttpRequest& request) {
      return Steer(engine, request.Param("job"), method);
    });
  }
  router.Add("POST", job + ":retry-failed",
             [&engine](const HttpRequest& request) { return Retry(engine, request.Param("job")); });
  router.Add("GET", job, [&engine](const HttpRequest& request) {
    return Show(engine, request.Param("job"), 200);
  });
  router.Add("GET", job + "/errors",
             [&engine](const HttpRequest& request) { return Errors(engine, request); });
}

}  // namespace imago
