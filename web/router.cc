#include "web/router.h"

#include <algorithm>

namespace imago {
namespace {

std::vector<std::string> Split(const std::string& path) {
  std::vector<std::string> segments;
  size_t begin = 1;  // after the leading slash
  while (true) {
    const size_t end = path.find('/', begin);
    segments.push_back(path.substr(begin, end - begin));
    if (end == std::string::npos) return segments;
    begin = end + 1;
  }
}

bool IsRest(const std::string& segment) { return segment.ends_with("...}"); }

// One pattern segment against one decoded segment of the path.
bool MatchSegment(const std::string& pattern, const std::string& value, RouteMatch* match) {
  if (!pattern.starts_with('{')) return pattern == value;
  const size_t close = pattern.find('}');
  const std::string suffix = pattern.substr(close + 1);
  if (value.size() <= suffix.size() || !value.ends_with(suffix)) return false;
  match->params[pattern.substr(1, close - 1)] = value.substr(0, value.size() - suffix.size());
  return true;
}

std::string Join(const std::vector<std::string>& segments, size_t begin, size_t end) {
  std::string joined = segments[begin];
  for (size_t i = begin + 1; i < end; ++i) joined.append("/").append(segments[i]);
  return joined;
}

bool MatchSegments(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
                   RouteMatch* match) {
  const auto rest = std::find_if(pattern.begin(), pattern.end(), IsRest);
  const bool has_rest = rest != pattern.end();
  if (has_rest ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  const size_t before = rest - pattern.begin();
  const size_t after = has_rest ? pattern.end() - rest - 1 : 0;
  for (size_t i = 0; i < before; ++i) {
    if (!MatchSegment(pattern[i], path[i], match)) return false;
  }
  for (size_t i = 1; i <= after; ++i) {
    if (!MatchSegment(pattern[pattern.size() - i], path[path.size() - i], match)) return false;
  }
  if (has_rest) {
    const std::string value = Join(path, before, path.size() - after);
    if (value.empty()) return false;
    match->params[rest->substr(1, rest->size() - 5)] = value;
  }
  return true;
}

}  // namespace

void Router::Add(const std::string& method, const std::string& pattern, Handler handler) {
  auto found = std::find_if(routes_.begin(), routes_.end(),
                            [&](const Route& route) { return route.pattern == pattern; });
  if (found == routes_.end()) {
    routes_.push_back({pattern, Split(pattern), {}});
    found = routes_.end() - 1;
  }
  found->handlers[method] = std::move(handler);
}

absl::StatusOr<RouteMatch> Router::Match(const std::string& method, const std::string& path) const {
  if (!path.starts_with('/')) return RouteMatch();
  std::vector<std::string> segments = Split(path);
  for (std::string& segment : segments) {
    absl::StatusOr<std::string> decoded = PercentDecode(segment);
    if (!decoded.ok()) return decoded.status();
    segment = *std::move(decoded);
  }
  for (const Route& route : routes_) {
    RouteMatch match;
    if (!MatchSegments(route.segments, segments, &match)) continue;
    match.route = &route;
    const auto handler = route.handlers.find(method == "HEAD" ? "GET" : method);
    if (handler != route.handlers.end()) match.handler = &handler->second;
    return match;
  }
  return RouteMatch();
}

std::string AllowedMethods(const Route& route) {
  std::string allowed;
  for (const auto& [method, handler] : route.handlers) {
    if (!allowed.empty()) allowed += ", ";
    allowed += method == "GET" ? "GET, HEAD" : method;
  }
  return allowed;
}

}  // namespace imago
