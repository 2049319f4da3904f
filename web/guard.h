#ifndef IMAGO_WEB_GUARD_H_
#define IMAGO_WEB_GUARD_H_

// Who may ask: checks made before a request's body is read.

#include "absl/status/status.h"
#include "query/config.h"
#include "web/http.h"

namespace imago {

// "127.0.0.1", "::1", "localhost" and other names of this machine alone.
bool IsLoopback(const std::string& host);

// A server on a loopback address answers only to names of this machine, so that a page on a foreign
// name that resolves to it (DNS rebinding) gets nothing. kPermissionDenied.
absl::Status CheckHost(const HttpRequest& request, const ServerConfig& config);

// A request that changes or computes something must not come from another site's page.
// kPermissionDenied.
absl::Status CheckOrigin(const HttpRequest& request);

// Letters, digits and -._~+/= (RFC 6750): what travels unchanged in a header.
bool IsToken(const std::string& text);

// With a token configured, paths under /v1 and /metrics need it: "Authorization: Bearer <token>",
// or the page's cookie "imago_token". kUnauthenticated. The comparison takes the
// same time whatever is right in it.
absl::Status CheckToken(const HttpRequest& request, const ServerConfig& config);

}  // namespace imago

#endif  // IMAGO_WEB_GUARD_H_
