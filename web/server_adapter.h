#ifndef IMAGO_WEB_SERVER_ADAPTER_H_
#define IMAGO_WEB_SERVER_ADAPTER_H_

// Between cpp-httplib's requests and ours.

#include <httplib.h>

#include <chrono>
#include <functional>

#include "web/http.h"

namespace imago {

// All but the body. `id` is the request's id.
HttpRequest ConvertHead(const httplib::Request& from, std::string id);

// Puts `from` into `to`, whose headers are replaced.
void ConvertResponse(HttpResponse from, httplib::Response* to);

struct BodyLimits {
  size_t max_bytes = 0;
  std::chrono::steady_clock::time_point deadline;
  std::function<bool()> give_up;  // asked for each piece
};

// Reads the body, or the parts of a form, into `to`. kInvalidArgument with HTTP status 408 or 413
// over a limit.
absl::Status ReadBody(const httplib::ContentReader& reader, const BodyLimits& limits,
                      HttpRequest* to);

}  // namespace imago

#endif  // IMAGO_WEB_SERVER_ADAPTER_H_
