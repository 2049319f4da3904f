#include "web/hub_http.h"

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr int kMaxRedirects = 5;
constexpr time_t kConnectSeconds = 15;
constexpr time_t kReadSeconds = 60;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool IsAuthority(std::string_view authority) {
  return !authority.empty() && std::all_of(authority.begin(), authority.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

// What would end a line of the request has no place in it.
bool IsPath(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](unsigned char c) { return c > 0x20 && c != 0x7F && c != '#'; });
}

bool IsHttps(const HubUrl& url) { return url.origin.rfind("https:", 0) == 0; }

HubReply ReplyOf(const httplib::Response& response, const HubHeaders& before) {
  HubReply reply;
  reply.status = response.status;
  reply.headers = before;
  for (const auto& [name, value] : response.headers) reply.headers[Lower(name)] = value;
  return reply;
}

absl::Status TransportError(const HubUrl& url, httplib::Error error) {
  const std::string what = fmt::format("{}: {}", url.origin, httplib::to_string(error));
  switch (error) {
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLServerHostnameVerification:
    case httplib::Error::SSLLoadingCerts:
      return absl::PermissionDeniedError(what);
    default:
      return absl::UnavailableError(what);
  }
}

// One request, no redirects followed.
absl::StatusOr<HubReply> GetOnce(const HubUrl& url, const httplib::Headers& headers,
                                 const HubHeaders& before, const HubHttp::Sink& sink) {
  httplib::Client client(url.origin);
  if (!client.is_valid()) {
    return absl::InvalidArgumentError(fmt::format("{} is no address", url.origin));
  }
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kReadSeconds);
  client.set_follow_location(false);
  client.set_path_encode(false);
  client.set_decompress(false);
  absl::Status status;
  HubReply reply;
  const auto begin = [&](const httplib::Response& response) {
    reply = ReplyOf(response, before);
    // Only what was asked for is worth reading; other bodies are cut off here.
    if (reply.status < 200 || reply.status >= 300) return false;
    status = sink.begin(reply);
    return status.ok();
  };
  const auto bytes = [&](const char* data, size_t size) {
    status = sink.bytes(std::string_view(data, size));
    return status.ok();
  };
  const httplib::Result result = client.Get(url.path, headers, begin, bytes);
  if (!status.ok()) return status;
  const bool answered = reply.status != 0 && (reply.status < 200 || reply.status >= 300);
  if (!result && !answered) return TransportError(url, result.error());
  return reply;
}

absl::StatusOr<HubUrl> Redirect(const HubUrl& from, const HubReply& reply) {
  const auto location = reply.headers.find("location");
  if (location == reply.headers.end()) {
    return absl::FailedPreconditionError(fmt::format("{}: redirected to nowhere", from.origin));
  }
  const std::string& target = location->second;
  if (target.rfind("/", 0) == 0 && target.rfind("//", 0) != 0 && IsPath(target)) {
    return HubUrl{from.origin, target};
  }
  auto url = ParseHubUrl(target);
  if (!url.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("{}: redirected to what is no address", from.origin));
  }
  if (IsHttps(from) && !IsHttps(*url)) {
    return absl::FailedPreconditionError(
        fmt::format("{}: redirected from https to {}", from.origin, url->origin));
  }
  return url;
}

HubHeaders Kept(const HubHeaders& headers) {
  HubHeaders kept;
  for (const auto& [name, value] : headers) {
    if (name.rfind("x-", 0) == 0) kept[name] = value;
  }
  return kept;
}

}  // namespace

absl::StatusOr<HubUrl> ParseHubUrl(std::string_view url) {
  const auto wrong = absl::InvalidArgumentError(
      fmt::format("\"{}\" is no http or https address", std::string(url.substr(0, 100))));
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos) return wrong;
  const std::string scheme = Lower(std::string(url.substr(0, colon)));
  if (scheme != "http" && scheme != "https") return wrong;
  std::string_view rest = url.substr(colon + 3);
  const size_t slash = std::min(rest.find('/'), rest.find('?'));
  std::string authority = Lower(std::string(rest.substr(0, slash)));
  std::string path = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
  if (!IsAuthority(authority) || !IsPath(path)) return wrong;
  const std::string own_port = scheme == "https" ? ":443" : ":80";
  if (authority.size() > own_port.size() &&
      authority.compare(authority.size() - own_port.size(), own_port.size(), own_port) == 0) {
    authority.resize(authority.size() - own_port.size());
  }
  if (path.empty() || path[0] != '/') path.insert(0, "/");
  return HubUrl{scheme + "://" + authority, path};
}

std::string EscapeUrlPart(std::string_view part) {
  std::string escaped;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte) != 0) || c == '-' || c == '.' || c == '_' || c == '~';
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return escaped;
}

HubHttp::HubHttp(HubUrl endpoint, std::string token)
    : endpoint_(std::move(endpoint)), token_(std::move(token)) {
  while (!endpoint_.path.empty() && endpoint_.path.back() == '/') endpoint_.path.pop_back();
}

absl::StatusOr<HubReply> HubHttp::Get(const std::string& path, const HubHeaders& headers,
                                      const Sink& sink) const {
  HubUrl url{endpoint_.origin, endpoint_.path + path};
  HubHeaders before;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    httplib::Headers sent = {{"Accept-Encoding", "identity"}, {"User-Agent", "imago"}};
    for (const auto& [name, value] : headers) sent.emplace(name, value);
    if (!token_.empty() && url.origin == endpoint_.origin) {
      sent.emplace("Authorization", "Bearer " + token_);
    }
    auto reply = GetOnce(url, sent, before, sink);
    if (!reply.ok()) return reply;
    const int status = reply->status;
    const bool redirected =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!redirected) return reply;
    auto next = Redirect(url, *reply);
    if (!next.ok()) return next.status();
    url = *std::move(next);
    before = Kept(reply->headers);
  }
  return absl::FailedPreconditionError(
      fmt::format("{}: redirected more than {} times", endpoint_.origin, kMaxRedirects));
}

}  // namespace imago
