#ifndef IMAGO_TESTS_WEB_CLIENT_H_
#define IMAGO_TESTS_WEB_CLIENT_H_

// What the HTTP tests ask with.

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/http_service.h"

namespace imago {

struct Reply {
  int status = 0;
  std::string body;
  httplib::Headers headers;

  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

// One request with the path exactly as given.
inline Reply Ask(int port, const std::string& method, const std::string& path,
                 const std::string& body = "", httplib::Headers headers = {}) {
  httplib::Client client("127.0.0.1", port);
  client.set_path_encode(false);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  request.body = body;
  const httplib::Result result = client.send(request);
  EXPECT_TRUE(result) << method << " " << path << ": " << httplib::to_string(result.error());
  if (!result) return {};
  return {result->status, result->body, result->headers};
}

class WebTest : public testing::Test {
 protected:
  Reply Get(const std::string& path, httplib::Headers headers = {}) {
    return Ask(server_.port(), "GET", path, "", std::move(headers));
  }
  Reply Send(const std::string& method, const std::string& path, const std::string& body = "",
             httplib::Headers headers = {}) {
    return Ask(server_.port(), method, path, body, std::move(headers));
  }
  Reply Search(const std::string& body) {
    return Send("POST", "/v1/collections/main/search", body);
  }

  RunningServer server_;
};

// The problem that `reply` must be, with this status and code.
inline nlohmann::json Problem(const Reply& reply, int status, const std::string& code) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.Header("Content-Type"), "application/problem+json");
  const nlohmann::json problem = reply.Json();
  EXPECT_TRUE(problem.is_object()) << reply.body;
  if (!problem.is_object()) return nlohmann::json::object();
  EXPECT_EQ(problem.value("status", 0), status);
  EXPECT_EQ(problem.value("code", ""), code) << reply.body;
  EXPECT_EQ(problem.value("request_id", ""), reply.Header("X-Request-Id"));
  for (const char* name : {"type", "title", "detail", "instance"}) {
    EXPECT_FALSE(problem.value(name, "").empty()) << name;
  }
  return problem;
}

}  // namespace imago

#endif  // IMAGO_TESTS_WEB_CLIENT_H_
