#ifndef IMAGO_WEB_ROUTER_H_
#define IMAGO_WEB_ROUTER_H_

// Finds the handler of a request by method and path.
//
// A pattern is made of segments: "word", "{name}" (one segment), "{name}:verb" (one segment that
// ends in ":verb") and "{name...}" (one or more segments, whose raw slashes become part of the
// value). Segments are percent-decoded one by one, so "%2F" never separates. The first pattern
// added that fits the path decides, whatever the method.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "web/http.h"

namespace imago {

using Handler = std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)>;

struct Route {
  std::string pattern;
  std::vector<std::string> segments;
  std::map<std::string, Handler> handlers;  // by method
};

struct RouteMatch {
  const Route* route = nullptr;      // null: no such path
  const Handler* handler = nullptr;  // null: no such method on it
  std::map<std::string, std::string> params;
};

class Router {
 public:
  void Add(const std::string& method, const std::string& pattern, Handler handler);
  // HEAD is answered by GET. kInvalidArgument on broken escapes.
  absl::StatusOr<RouteMatch> Match(const std::string& method, const std::string& path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

// "GET, HEAD, PUT": the value of an Allow header.
std::string AllowedMethods(const Route& route);

}  // namespace imago

#endif  // IMAGO_WEB_ROUTER_H_
