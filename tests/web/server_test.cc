#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

using ServerTest = WebTest;

// Sends bytes as they are; what comes back until the other side closes.
std::string Raw(int port, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += n;
  }
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;) out.append(buffer, n);
  close(fd);
  return out;
}

TEST_F(ServerTest, SaysThatItLivesAndIsReady) {
  EXPECT_EQ(Get("/livez").Json()["status"], "live");
  EXPECT_EQ(Get("/readyz").Json()["status"], "ready");
}

TEST_F(ServerTest, ServesThePageWithStrictHeaders) {
  const Reply page = Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.Header("Content-Security-Policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(page.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.Header("Referrer-Policy"), "no-referrer");
  EXPECT_FALSE(page.Header("ETag").empty());
  EXPECT_EQ(Get("/", {{"If-None-Match", page.Header("ETag")}}).status, 304);
  EXPECT_EQ(Get("/app.js").Header("Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(ServerTest, CompressesTextAndNotPictures) {
  server_.Put("a", PlainBmp(kRed));
  EXPECT_EQ(Get("/style.css", {{"Accept-Encoding", "gzip"}}).Header("Content-Encoding"), "gzip");
  EXPECT_EQ(Get("/v1/collections/main/assets/a/thumbnail", {{"Accept-Encoding", "gzip"}})
                .Header("Content-Encoding"),
            "");
}

TEST_F(ServerTest, UnknownPathsAndMethodsAreProblems) {
  Problem(Get("/nothing"), 404, "not_found");
  Problem(Get("/v1/"), 404, "not_found");
  const Reply reply = Send("POST", "/v1/collections", "{}");
  Problem(reply, 405, "method_not_allowed");
  EXPECT_EQ(reply.Header("Allow"), "GET, HEAD");
  Problem(Send("OPTIONS", "/v1/collections"), 405, "method_not_allowed");
}

TEST_F(ServerTest, RefusesForeignHostsAndOrigins) {
  Problem(Get("/v1/collections", {{"Host", "evil.example"}}), 403, "forbidden");
  Problem(Send("PUT", "/v1/collections/x", "", {{"Origin", "http://evil.example"}}), 403,
          "forbidden");
  EXPECT_EQ(Get("/v1/collections").Header("Access-Control-Allow-Origin"), "");
}

TEST_F(ServerTest, RequestIdsDiffer) {
  EXPECT_NE(Get("/livez").Header("X-Request-Id"), Get("/livez").Header("X-Request-Id"));
}

TEST_F(ServerTest, MalformedRequestsAreProblemsToo) {
  for (const std::string& request :
       {std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'x') + "\r\n\r\n",
        std::string("POST /v1/embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    "5\r\nTransfer-Encoding: chunked\r\n\r\nhello")}) {
    const std::string reply = Raw(server_.port(), request);
    EXPECT_EQ(reply.substr(0, 12), "HTTP/1.1 400") << request.substr(0, 40);
    EXPECT_NE(reply.find("application/problem+json"), std::string::npos) << reply;
  }
}

TEST_F(ServerTest, SurvivesLongPaths) {
  const std::string request = "GET /v1/collections/main/assets/" + std::string(8100, 'a') +
                              " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(Raw(server_.port(), request).substr(0, 12), "HTTP/1.1 404");
  const std::string put = "PUT /v1/collections/main/assets/" + std::string(8100, 'a') +
                          " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx";
  EXPECT_EQ(Raw(server_.port(), put).substr(0, 12), "HTTP/1.1 400");
  const std::string longer =
      "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(Raw(server_.port(), longer).substr(0, 12), "HTTP/1.1 414");
}

TEST_F(ServerTest, CountsWhatItDid) {
  server_.PutColours();
  Search(R"({"query":[{"text":"red"}]})");
  Get("/nothing");
  const std::string metrics = Get("/metrics").body;
  for (const char* line :
       {"imago_requests_total{route=\"/v1/collections/{collection}/"
        "search\",method=\"POST\",status=\"200\"} 1\n",
        "imago_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 1\n",
        "imago_request_seconds_count{route=\"/v1/collections/{collection}/search\"} 1\n",
        "imago_collection_items{collection=\"main\"} 3\n", "# TYPE imago_imports gauge\n"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line << "\n" << metrics;
  }
}

TEST(ServerLimits, RefusesLargeBodiesHoweverTheyCome) {
  Config config = TestServiceConfig();
  config.server.max_body_bytes = 1000;
  RunningServer server(config);
  const std::string path = "/v1/collections/main/assets/a";
  Problem(Ask(server.port(), "PUT", path, std::string(1001, 'x')), 413, "too_large");
  const std::string chunk = "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n";
  const std::string reply = Raw(
      server.port(),
      "PUT " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
  EXPECT_EQ(reply.substr(0, 12), "HTTP/1.1 413") << reply;
  EXPECT_NE(reply.find("application/problem+json"), std::string::npos) << reply;
}

TEST(ServerLimits, RefusesBodiesThatSwellWhenUnpacked) {
  Config config = TestServiceConfig();
  config.server.max_body_bytes = 5000;
  RunningServer server(config);
  std::string packed;
  httplib::detail::gzip_compressor compressor;
  const std::string zeros(1 << 20, '0');
  compressor.compress(zeros.data(), zeros.size(), true, [&](const char* data, size_t size) {
    packed.append(data, size);
    return true;
  });
  ASSERT_LT(packed.size(), 5000u);
  const Reply reply =
      Ask(server.port(), "POST", "/v1/embed", packed, {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(reply.status, 413) << reply.body;
}

TEST(ServerToken, IsAskedForWhereOneIsSet) {
  Config config = TestServiceConfig();
  config.server.token = "secret";
  RunningServer server(config);
  const Reply refused = Ask(server.port(), "GET", "/v1/collections");
  Problem(refused, 401, "unauthenticated");
  EXPECT_EQ(refused.Header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(
      Ask(server.port(), "GET", "/v1/collections", "", {{"Authorization", "Bearer secret"}}).status,
      200);
  EXPECT_EQ(Ask(server.port(), "GET", "/livez").status, 200);
  EXPECT_EQ(Ask(server.port(), "GET", "/").status, 200);
}

TEST(ServerToken, MustBeWhatTravelsUnchangedInAHeader) {
  for (const char* token : {"two words", "100%", "a;b", "\xc3\xa9"}) {
    Config config = TestServiceConfig();
    config.server.token = token;
    const auto engine = OpenHashEngine(config);
    EXPECT_TRUE(absl::IsInvalidArgument(Server::Create(*engine).status())) << token;
  }
}

TEST(ServerLife, APortInUseIsNamed) {
  RunningServer first;
  Config config = TestServiceConfig();
  config.server.port = first.port();
  auto engine = OpenHashEngine(config);
  auto second = *Server::Create(*engine);
  const absl::Status status = second->Bind();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_NE(status.message().find("address in use"), absl::string_view::npos) << status;
}

TEST(ServerLife, StopEndsRunAndMayComeFirstOrTwice) {
  auto engine = OpenHashEngine(TestServiceConfig());
  auto server = *Server::Create(*engine);
  ASSERT_EQ(server->Bind(), absl::OkStatus());
  server->Stop();
  server->Stop();
  EXPECT_EQ(server->Run(), absl::OkStatus());
  RunningServer other;
  EXPECT_EQ(other.Stop(), absl::OkStatus());
}

TEST(ServerLife, StopLetsRequestsFinish) {
  RunningServer server;
  server.PutColours();
  std::vector<std::thread> clients;
  std::atomic<int> answered{0}, begun{0};
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      httplib::Client client("127.0.0.1", server.port());
      // What was accepted is answered whole; afterwards connecting fails.
      for (int k = 0; k < 2000; ++k) {
        const auto result = client.Post("/v1/collections/main/search",
                                        R"({"query":[{"text":"red"}]})", "application/json");
        ++begun;
        if (!result) return;
        EXPECT_EQ(json::parse(result->body).at("hits").size(), 3u);
        ++answered;
      }
    });
  }
  while (answered < 8 && begun < 8000) std::this_thread::yield();
  EXPECT_EQ(server.Stop(), absl::OkStatus());
  for (std::thread& client : clients) client.join();
  EXPECT_GE(answered, 8);
}

TEST(ServerLife, ServesManyAtOnceWhileThingsChange) {
  RunningServer server;
  server.PutColours();
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&, i] {
      for (int k = 0; k < 15; ++k) {
        const std::string id = "/v1/collections/main/assets/t" + std::to_string(i);
        const int port = server.port();
        if (Ask(port, "PUT", id, SeededBmp(i * 100 + k)).status > 201) ++wrong;
        if (Ask(port, "POST", "/v1/collections/main/search", R"({"query":[{"text":"red"}]})")
                .status != 200) {
          ++wrong;
        }
        if (Ask(port, "GET", "/v1/collections/main/assets?limit=5").status != 200) ++wrong;
        if (Ask(port, "GET", "/metrics").status != 200) ++wrong;
        if (Ask(port, "DELETE", id).status != 204) ++wrong;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(Ask(server.port(), "GET", "/v1/collections/main").Json()["items"], 3);
}

}  // namespace
}  // namespace imago
