#include "web/guard.h"

#include <fmt/format.h>

#include "storage/sha256.h"

namespace imago {
namespace {

// "name", "name:port", "[v6]" and "[v6]:port" without the port and brackets.
std::string HostName(const std::string& host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool SameBytes(const std::string& a, const std::string& b) {
  unsigned char different = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    different |= static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return different == 0;
}

std::string Cookie(const HttpRequest& request, const std::string& name) {
  std::string cookies = "; " + request.Header("cookie");
  const std::string start = "; " + name + "=";
  const size_t found = cookies.find(start);
  if (found == std::string::npos) return "";
  const size_t begin = found + start.size();
  return cookies.substr(begin, cookies.find(';', begin) - begin);
}

std::string GivenToken(const HttpRequest& request) {
  const std::string authorization = request.Header("authorization");
  if (authorization.starts_with("Bearer ")) return authorization.substr(7);
  return Cookie(request, "imago_token");
}

}  // namespace

bool IsToken(const std::string& text) {
  return !text.empty() && text.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                              "wxyz0123456789-._~+/=") == std::string::npos;
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         host.starts_with("127.");
}

absl::Status CheckHost(const HttpRequest& request, const ServerConfig& config) {
  if (!IsLoopback(config.host)) return absl::OkStatus();
  const std::string name = HostName(request.Header("host"));
  const bool known = name == "localhost" || name == "127.0.0.1" || name == "::1" ||
                     name == config.host || name.ends_with(".localhost");
  if (known && request.headers.count("host") == 1) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "host: this service answers only to localhost, 127.0.0.1 and [::1]");
}

absl::Status CheckOrigin(const HttpRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") return absl::OkStatus();
  const std::string host = request.Header("host");
  const std::string origin = request.Header("origin");
  const bool same = origin.empty() || origin == "http://" + host || origin == "https://" + host;
  if (same && request.Header("sec-fetch-site") != "cross-site") return absl::OkStatus();
  return absl::PermissionDeniedError("origin: pages of other sites may not ask");
}

absl::Status CheckToken(const HttpRequest& request, const ServerConfig& config) {
  if (config.token.empty()) return absl::OkStatus();
  if (!request.path.starts_with("/v1") && request.path != "/metrics") return absl::OkStatus();
  // Hashes are compared, so that not even the token's length shows.
  if (SameBytes(Sha256(GivenToken(request)), Sha256(config.token))) return absl::OkStatus();
  return absl::UnauthenticatedError("authorization: a valid bearer token is needed");
}

}  // namespace imago
