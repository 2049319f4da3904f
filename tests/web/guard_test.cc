#include "web/guard.h"

#include <gtest/gtest.h>

namespace imago {
namespace {

HttpRequest Asking(const std::string& method, const std::string& path,
                   std::multimap<std::string, std::string> headers) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

bool HostPasses(const std::string& host, const std::string& bound = "127.0.0.1") {
  ServerConfig config;
  config.host = bound;
  return CheckHost(Asking("GET", "/", {{"host", host}}), config).ok();
}

TEST(HostCheck, AnswersToTheNamesOfThisMachine) {
  for (const char* host : {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"}) {
    EXPECT_TRUE(HostPasses(host)) << host;
  }
}

TEST(HostCheck, RefusesForeignNamesThatResolveHere) {
  for (const char* host : {"", "evil.example", "evil.example:8080", "localhost.evil.example",
                           "127.0.0.1.evil.example", "[::2]", "["}) {
    EXPECT_FALSE(HostPasses(host)) << host;
  }
}

TEST(HostCheck, RefusesTwoHosts) {
  const auto request = Asking("GET", "/", {{"host", "localhost"}, {"host", "evil.example"}});
  EXPECT_FALSE(CheckHost(request, ServerConfig()).ok());
}

TEST(HostCheck, IsNotMadeOnOtherAddresses) {
  EXPECT_TRUE(HostPasses("pictures.example", "0.0.0.0"));
}

TEST(OriginCheck, RefusesOtherSitesChangesOnly) {
  const auto passes = [](const char* method, const char* origin) {
    return CheckOrigin(Asking(method, "/", {{"host", "localhost:8080"}, {"origin", origin}})).ok();
  };
  EXPECT_TRUE(passes("POST", "http://localhost:8080"));
  EXPECT_FALSE(passes("POST", "http://localhost:9090"));
  EXPECT_FALSE(passes("DELETE", "http://evil.example"));
  EXPECT_FALSE(passes("PUT", "null"));
  EXPECT_TRUE(passes("GET", "http://evil.example"));
}

TEST(OriginCheck, RefusesCrossSiteRequestsWithoutOrigin) {
  EXPECT_FALSE(
      CheckOrigin(Asking("POST", "/", {{"host", "a"}, {"sec-fetch-site", "cross-site"}})).ok());
  EXPECT_TRUE(CheckOrigin(Asking("POST", "/", {{"host", "a"}})).ok());
}

bool TokenPasses(const std::string& path, const std::string& header, const std::string& value) {
  ServerConfig config;
  config.token = "s3cret=";
  return CheckToken(Asking("GET", path, {{header, value}}), config).ok();
}

TEST(TokenCheck, TakesTheTokenAsBearerOrCookie) {
  EXPECT_TRUE(TokenPasses("/v1/models", "authorization", "Bearer s3cret="));
  EXPECT_TRUE(TokenPasses("/v1/models", "cookie", "a=b; imago_token=s3cret=; c=d"));
}

TEST(TokenCheck, RefusesAllElse) {
  EXPECT_FALSE(TokenPasses("/v1/models", "authorization", "Bearer s3cret"));
  EXPECT_FALSE(TokenPasses("/v1/models", "authorization", "Bearer s3cret=x"));
  EXPECT_FALSE(TokenPasses("/v1/models", "authorization", "Basic s3cret="));
  EXPECT_FALSE(TokenPasses("/v1/models", "authorization", ""));
  EXPECT_FALSE(TokenPasses("/v1/models", "cookie", "ximago_token=s3cret="));
  EXPECT_FALSE(TokenPasses("/metrics", "accept", "*/*"));
}

TEST(TokenCheck, LeavesHealthAndPageOpen) {
  for (const char* path : {"/livez", "/readyz", "/", "/app.js"}) {
    EXPECT_TRUE(TokenPasses(path, "accept", "*/*")) << path;
  }
}

TEST(TokenCheck, NeedsNoneWhereNoneIsSet) {
  EXPECT_TRUE(CheckToken(Asking("GET", "/v1/models", {}), ServerConfig()).ok());
}

}  // namespace
}  // namespace imago
