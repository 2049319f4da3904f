#ifndef IMAGO_WEB_HUB_HTTP_H_
#define IMAGO_WEB_HUB_HTTP_H_

// GET as a model hub needs it: redirects to other hosts that never see the token, certificates
// verified.

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace imago {

// "https://host:port/path?query" in two.
struct HubUrl {
  std::string origin;  // "https://host:port", no port where it is the scheme's own
  std::string path;    // begins with "/"
};
// kInvalidArgument unless it is an http or https address without a user's name.
absl::StatusOr<HubUrl> ParseHubUrl(std::string_view url);
// Everything but letters, digits and "-._~" as %XX.
std::string EscapeUrlPart(std::string_view part);

using HubHeaders = std::map<std::string, std::string>;  // names in lower case

struct HubReply {
  int status = 0;
  // Of the last answer, and of those before it what begins with "x-".
  HubHeaders headers;
};

class HubHttp {
 public:
  // `endpoint`: the address of the hub. Only its own origin gets the token, which may be empty.
  HubHttp(HubUrl endpoint, std::string token);

  // What to do with a 2xx answer: `begin` before its body, `bytes` with every piece of it. An error
  // of theirs ends the request and is returned.
  struct Sink {
    std::function<absl::Status(const HubReply&)> begin;
    std::function<absl::Status(std::string_view)> bytes;
  };
  // `path` is below the endpoint's, escaped. An answer of any status is a reply. kUnavailable: no
  // connection, or one that broke within the body; kFailedPrecondition: redirected too often, from
  // https to http or to no address; kPermissionDenied: the certificate is not to be trusted.
  absl::StatusOr<HubReply> Get(const std::string& path, const HubHeaders& headers,
                               const Sink& sink) const;

 private:
  HubUrl endpoint_;
  std::string token_;
};

}  // namespace imago

#endif  // IMAGO_WEB_HUB_HTTP_H_
