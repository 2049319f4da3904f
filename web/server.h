#ifndef IMAGO_WEB_SERVER_H_
#define IMAGO_WEB_SERVER_H_

// HTTP over an Engine: REST under /v1, health and metrics, the page at /.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/engine.h"

namespace imago {

class Server {
 public:
  // The engine outlives the server.
  static absl::StatusOr<std::unique_ptr<Server>> Create(Engine& engine);
  ~Server();  // as Stop

  // Binds; kFailedPrecondition "address in use" names host and port. Afterwards port() is the bound
  // one.
  absl::Status Bind();
  int port() const;
  // Serves until Stop. Requests in progress are finished (at most 10 s).
  absl::Status Run();
  // From any thread.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace imago

#endif  // IMAGO_WEB_SERVER_H_
