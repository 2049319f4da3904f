#ifndef IMAGO_WEB_SERVICE_H_
#define IMAGO_WEB_SERVICE_H_

// All of the service but the sockets: a request in, a response out.

#include <atomic>
#include <chrono>
#include <optional>

#include "query/engine.h"
#include "web/http.h"
#include "web/metrics.h"
#include "web/router.h"

namespace imago {

// Thread-safe.
class Service {
 public:
  explicit Service(Engine& engine);

  // Answers what must be refused before its body is read: unknown path or method, foreign host or
  // origin, missing token, a body that announces to be too large. Sets nothing in `request`.
  std::optional<HttpResponse> Refuse(const HttpRequest& request);
  // The whole answer. Never throws.
  HttpResponse Handle(HttpRequest request);
  // The answer to what failed outside of a handler.
  HttpResponse Fail(const HttpRequest& request, const absl::Status& status);
  // Afterwards /readyz says no.
  void Drain() { draining_ = true; }

  std::string NewRequestId();
  const Router& router() const { return router_; }
  const ServerConfig& config() const { return engine_.config().server; }

 private:
  void AddOwnRoutes();
  absl::StatusOr<HttpResponse> Run(HttpRequest& request, std::string* pattern);
  void Finish(const HttpRequest& request, const std::string& pattern, double seconds,
              HttpResponse* response);

  Engine& engine_;
  Router router_;
  Metrics metrics_;
  std::atomic<bool> draining_{false};
  const uint64_t id_seed_;
  std::atomic<uint64_t> id_count_{0};
};

}  // namespace imago

#endif  // IMAGO_WEB_SERVICE_H_
