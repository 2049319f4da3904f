#include "web/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <type_traits>

#include "web/guard.h"
#include "web/json.h"
#include "web/server_adapter.h"
#include "web/service.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kBodyTime{120};
constexpr seconds kStopTime{10};
constexpr int kIdleSeconds = 3;
constexpr int kReadSeconds = 5;
constexpr int kWriteSeconds = 10;
constexpr size_t kMaxQueued = 256;
constexpr size_t kMaxConnections = 512;

class HttpServer : public httplib::Server {
 public:
  // A bound socket on which nobody ever listened is otherwise left open.
  void CloseSocket() {
    const auto socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket != INVALID_SOCKET) ::close(socket);
  }
};

// A connection that is kept alive holds a thread of the pool while it idles. All are there from the
// start: a pool that grows counts threads as idle that have been given a connection but not yet
// run, and lets the next ones wait behind others that may last for long.
template <typename Pool = httplib::ThreadPool>
httplib::TaskQueue* NewPool(size_t threads) {
  const size_t connections = std::max(threads, std::min<size_t>(threads * 8, kMaxConnections));
  if constexpr (std::is_constructible_v<Pool, size_t, size_t, size_t>) {
    return new Pool(connections, connections, kMaxQueued);  // owned by the server
  } else {
    return new Pool(connections);
  }
}

}  // namespace

struct Server::Impl {
  explicit Impl(Engine& engine) : service(engine) {}

  void Configure();
  void AddHandlers();
  httplib::Server::HandlerResponse Begin(const httplib::Request& from, httplib::Response& to);
  void ReadAndHandle(const httplib::Request& from, httplib::Response& to,
                     const httplib::ContentReader& reader);
  void FillError(const httplib::Request& from, httplib::Response& to);

  Service service;
  HttpServer http;
  int port = 0;
  std::mutex mutex;
  bool running = false;  // Run is under way; guarded by mutex
  std::atomic<bool> stopping{false};
  std::atomic<Clock::rep> give_up_at{std::numeric_limits<Clock::rep>::max()};
};

void Server::Impl::Configure() {
  const ServerConfig& config = service.config();
  http.new_task_queue = [&config] { return NewPool(std::clamp(config.threads, 1, 1024)); };
  http.set_payload_max_length(config.max_body_bytes);
  http.set_keep_alive_timeout(kIdleSeconds);
  http.set_keep_alive_max_count(1000);
  http.set_read_timeout(kReadSeconds);
  http.set_write_timeout(kWriteSeconds);
  http.set_tcp_nodelay(true);
  // Unlike the library's choice, a port that is in use is refused, not shared.
  http.set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
}

// All that has no body is answered here. The rest is read first, by the one route "/": the
// library's own routes are regular expressions, whose recursion a long path could exhaust.
httplib::Server::HandlerResponse Server::Impl::Begin(const httplib::Request& from,
                                                     httplib::Response& to) {
  HttpRequest request = ConvertHead(from, service.NewRequestId());
  if (auto refused = service.Refuse(request)) {
    ConvertResponse(*std::move(refused), &to);
    return httplib::Server::HandlerResponse::Handled;
  }
  if (from.method == "GET" || from.method == "HEAD") {
    ConvertResponse(service.Handle(std::move(request)), &to);
    return httplib::Server::HandlerResponse::Handled;
  }
  // The library hands out its own, changeable request as const.
  const_cast<httplib::Request&>(from).path = "/";
  return httplib::Server::HandlerResponse::Unhandled;
}

void Server::Impl::ReadAndHandle(const httplib::Request& from, httplib::Response& to,
                                 const httplib::ContentReader& reader) {
  HttpRequest request = ConvertHead(from, service.NewRequestId());
  const BodyLimits limits{
      static_cast<size_t>(service.config().max_body_bytes), Clock::now() + kBodyTime,
      [this] { return Clock::now().time_since_epoch().count() > give_up_at.load(); }};
  const absl::Status read = ReadBody(reader, limits, &request);
  ConvertResponse(read.ok() ? service.Handle(std::move(request)) : service.Fail(request, read),
                  &to);
}

// Gives errors that the library found itself the same shape as ours.
void Server::Impl::FillError(const httplib::Request& from, httplib::Response& to) {
  if (!to.body.empty()) return;
  const absl::Status status =
      WithHttpStatus(absl::InvalidArgumentError(to.status == 413 ? "body: is too large"
                                                                 : "request: cannot be understood"),
                     to.status);
  ConvertResponse(service.Fail(ConvertHead(from, service.NewRequestId()), status), &to);
}

void Server::Impl::AddHandlers() {
  http.set_pre_routing_handler(
      [this](const httplib::Request& from, httplib::Response& to) { return Begin(from, to); });
  http.set_error_handler(
      [this](const httplib::Request& from, httplib::Response& to) { FillError(from, to); });
  http.set_exception_handler(
      [](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
        spdlog::error("an exception left the request handler");
        to.status = 500;
      });
  http.set_expect_100_continue_handler([this](const httplib::Request& from, httplib::Response& to) {
    auto refused = service.Refuse(ConvertHead(from, service.NewRequestId()));
    if (!refused) return 100;
    ConvertResponse(*std::move(refused), &to);
    return to.status;
  });
  const auto read = [this](const httplib::Request& from, httplib::Response& to,
                           const httplib::ContentReader& reader) {
    ReadAndHandle(from, to, reader);
  };
  http.Post("/", httplib::Server::HandlerWithContentReader(read));
  http.Put("/", httplib::Server::HandlerWithContentReader(read));
  http.Patch("/", httplib::Server::HandlerWithContentReader(read));
  http.Delete("/", httplib::Server::HandlerWithContentReader(read));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  Stop();
  impl_->http.CloseSocket();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Create(Engine& engine) {
  const ServerConfig& config = engine.config().server;
  if (config.max_body_bytes < 1) {
    return absl::InvalidArgumentError(
        fmt::format("server.max_body_bytes: must be positive, is {}", config.max_body_bytes));
  }
  if (!config.token.empty() && !IsToken(config.token)) {
    return absl::InvalidArgumentError("server.token: may have letters, digits and -._~+/= only");
  }
  if (!IsLoopback(config.host) && config.token.empty()) {
    spdlog::warn("serving on {} without a token: whoever reaches it may read and change all",
                 config.host);
  }
  auto impl = std::make_unique<Impl>(engine);
  impl->Configure();
  impl->AddHandlers();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

absl::Status Server::Bind() {
  const ServerConfig& config = impl_->service.config();
  errno = 0;
  if (config.port == 0) {
    impl_->port = impl_->http.bind_to_any_port(config.host);
  } else {
    impl_->port = impl_->http.bind_to_port(config.host, config.port) ? config.port : -1;
  }
  if (impl_->port > 0) return absl::OkStatus();
  const int error = errno;
  return absl::FailedPreconditionError(
      fmt::format("cannot listen on {}:{}: {}", config.host, config.port,
                  error == EADDRINUSE ? "address in use" : std::strerror(error)));
}

int Server::port() const { return impl_->port; }

absl::Status Server::Run() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    if (impl_->stopping) return absl::OkStatus();
    impl_->running = true;
  }
  const bool listened = impl_->http.listen_after_bind();
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->running = false;
  if (listened || impl_->stopping) return absl::OkStatus();
  return absl::InternalError(fmt::format("port {}: listening ended unforeseen", impl_->port));
}

void Server::Stop() {
  impl_->service.Drain();
  std::unique_lock<std::mutex> lock(impl_->mutex);
  if (impl_->stopping.exchange(true)) return;
  impl_->give_up_at = (Clock::now() + kStopTime).time_since_epoch().count();
  // Run may have been entered without yet listening, and the library cannot be stopped before.
  while (impl_->running && !impl_->http.is_running()) {
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lock.lock();
  }
  if (impl_->running) impl_->http.stop();
}

}  // namespace imago
