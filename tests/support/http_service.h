#ifndef IMAGO_TESTS_SUPPORT_HTTP_SERVICE_H_
#define IMAGO_TESTS_SUPPORT_HTTP_SERVICE_H_

// A real server over a real engine with the hash encoder, on a free port.

#include <memory>
#include <string>
#include <thread>

#include "embed/encoder.h"
#include "gtest/gtest.h"
#include "query/engine.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"
#include "web/server.h"

namespace imago {

inline Config TestServiceConfig() {
  Config config;
  config.data_dir = MakeTempDir();
  config.server.port = 0;
  config.server.threads = 4;
  return config;
}

inline std::unique_ptr<Engine> OpenHashEngine(const Config& config) {
  auto engine = Engine::Open(config, NewHashEncoder());
  EXPECT_TRUE(engine.ok()) << engine.status();
  return *std::move(engine);
}

// Serves until it goes out of scope.
class RunningServer {
 public:
  explicit RunningServer(const Config& config = TestServiceConfig())
      : engine_(OpenHashEngine(config)), server_(*Server::Create(*engine_)) {
    EXPECT_EQ(server_->Bind(), absl::OkStatus());
    thread_ = std::thread([this] { run_status_ = server_->Run(); });
  }
  ~RunningServer() { EXPECT_EQ(Stop(), absl::OkStatus()); }

  // Returns when Run has.
  absl::Status Stop() {
    server_->Stop();
    if (thread_.joinable()) thread_.join();
    return run_status_;
  }
  int port() const { return server_->port(); }
  Engine& engine() { return *engine_; }
  Server& server() { return *server_; }

  void Put(const std::string& id, const std::string& bytes, const std::string& metadata = "{}",
           const std::string& collection = "main") {
    EXPECT_TRUE(engine_->Put(collection, {id, bytes, "", metadata}).ok());
  }
  // "red", "green" and "blue", each a picture of its name.
  void PutColours() {
    Put("red", PlainBmp(kRed), R"({"year":2020})");
    Put("green", PlainBmp(kGreen), R"({"year":2021})");
    Put("blue", PlainBmp(kBlue), R"({"year":2022})");
  }

 private:
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  absl::Status run_status_;
};

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_HTTP_SERVICE_H_
