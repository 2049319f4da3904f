#include "web/service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <random>

#include "web/guard.h"
#include "web/json.h"
#include "web/routes.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

uint64_t RandomSeed() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

// The finaliser of SplitMix64: neighbouring counts give unrelated ids.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

absl::Status CheckMatch(const RouteMatch& match) {
  if (match.route == nullptr) return absl::NotFoundError("path: there is nothing here");
  if (match.handler != nullptr) return absl::OkStatus();
  return WithHttpStatus(absl::InvalidArgumentError(fmt::format("method: this path allows {}",
                                                               AllowedMethods(*match.route))),
                        405);
}

absl::Status CheckLength(const HttpRequest& request, const ServerConfig& config) {
  const std::string length = request.Header("content-length");
  const int64_t limit = config.max_body_bytes;
  // Longer than any limit's digits, or a number above it. What is no number fails while reading.
  if (length.size() < 19 && std::atoll(length.c_str()) <= limit) return absl::OkStatus();
  return WithHttpStatus(
      absl::InvalidArgumentError(fmt::format("body: at most {} bytes are taken", limit)), 413);
}

HttpResponse ProblemResponse(const HttpRequest& request, const absl::Status& status) {
  HttpResponse response;
  response.status = HttpStatus(status);
  response.content_type = "application/problem+json";
  response.body = ProblemJson(status, ErrorField(status), request.path, request.id);
  return response;
}

void AddSecurityHeaders(HttpResponse* response) {
  auto& headers = response->headers;
  headers.emplace("Content-Security-Policy",
                  "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
                  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  headers.emplace("X-Content-Type-Options", "nosniff");
  headers.emplace("Referrer-Policy", "no-referrer");
  headers.emplace("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace("Cache-Control", "no-store");
}

}  // namespace

Service::Service(Engine& engine) : engine_(engine), id_seed_(RandomSeed()) {
  AddOwnRoutes();
  AddCollectionRoutes(router_, engine);
  AddBatchRoutes(router_, engine);
  AddSearchRoutes(router_, engine);
  AddClassifyRoutes(router_, engine);
  AddEventRoutes(router_, engine);
  AddAssetRoutes(router_, engine);
  AddImportRoutes(router_, engine);
  AddPageRoutes(router_);
}

void Service::AddOwnRoutes() {
  router_.Add("GET", "/livez",
              [](const HttpRequest&) { return JsonResponse(R"({"status":"live"})"); });
  router_.Add("GET", "/readyz", [this](const HttpRequest&) -> absl::StatusOr<HttpResponse> {
    if (draining_) return absl::UnavailableError("the service is shutting down");
    return JsonResponse(R"({"status":"ready"})");
  });
  router_.Add("GET", "/metrics", [this](const HttpRequest&) {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics_.Requests() + EngineMetrics(engine_);
    return response;
  });
}

std::string Service::NewRequestId() { return fmt::format("{:016x}", Mix(id_seed_ + ++id_count_)); }

std::optional<HttpResponse> Service::Refuse(const HttpRequest& request) {
  absl::Status status = CheckHost(request, config());
  if (status.ok()) status = CheckOrigin(request);
  if (status.ok()) status = CheckToken(request, config());
  if (status.ok()) status = CheckLength(request, config());
  if (!status.ok()) return Fail(request, status);
  absl::StatusOr<RouteMatch> match = router_.Match(request.method, request.path);
  if (!match.ok()) return Fail(request, match.status());
  status = CheckMatch(*match);
  if (status.ok()) return std::nullopt;
  HttpResponse response = Fail(request, status);
  if (match->route != nullptr) response.headers["Allow"] = AllowedMethods(*match->route);
  return response;
}

absl::StatusOr<HttpResponse> Service::Run(HttpRequest& request, std::string* pattern) {
  absl::StatusOr<RouteMatch> match = router_.Match(request.method, request.path);
  if (!match.ok()) return match.status();
  if (absl::Status status = CheckMatch(*match); !status.ok()) return status;
  *pattern = match->route->pattern;
  request.params = std::move(match->params);
  return (*match->handler)(request);
}

HttpResponse Service::Handle(HttpRequest request) {
  const Clock::time_point start = Clock::now();
  std::string pattern = "none";
  absl::StatusOr<HttpResponse> result = absl::InternalError("");
  try {
    result = Run(request, &pattern);
  } catch (const std::exception& error) {
    spdlog::error("{} {} {}: {}", request.id, request.method, pattern, error.what());
    result = absl::InternalError("something unforeseen happened, see the log");
  }
  HttpResponse response =
      result.ok() ? *std::move(result) : ProblemResponse(request, result.status());
  Finish(request, pattern, SecondsSince(start), &response);
  return response;
}

HttpResponse Service::Fail(const HttpRequest& request, const absl::Status& status) {
  HttpResponse response = ProblemResponse(request, status);
  Finish(request, "none", 0, &response);
  return response;
}

void Service::Finish(const HttpRequest& request, const std::string& pattern, double seconds,
                     HttpResponse* response) {
  AddSecurityHeaders(response);
  response->headers["X-Request-Id"] = request.id;
  if (response->status == 503) response->headers["Retry-After"] = "1";
  if (response->status == 401) response->headers["WWW-Authenticate"] = "Bearer";
  metrics_.Count(pattern, request.method, response->status, seconds);
  // The route and not the path: ids and what was searched for are nobody's business here.
  spdlog::info("{} {} {} {} {} bytes {:.1f} ms", request.id, request.method, pattern,
               response->status, response->body.size(), seconds * 1e3);
}

}  // namespace imago
