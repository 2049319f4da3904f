#ifndef IMAGO_WEB_HTTP_H_
#define IMAGO_WEB_HTTP_H_

// Requests and responses as Imago's handlers see them, free of any HTTP library.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace imago {

struct FormPart {
  std::string name;
  std::string filename;
  std::string content_type;
  std::string body;
};

struct HttpRequest {
  std::string id;                                   // names the request in logs and answers
  std::string method;                               // "GET", ...
  std::string path;                                 // as sent: percent-encoded, without the query
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::map<std::string, std::string> query;         // decoded
  std::map<std::string, std::string> params;        // decoded, of the route that matched
  std::string body;
  bool multipart = false;
  std::vector<FormPart> parts;  // when multipart
  std::function<bool()> gone;   // whether the client has left; may be empty

  // The first value of the header, empty when absent. `name` is in lower case.
  std::string Header(const std::string& name) const;
  std::string Query(const std::string& name, const std::string& otherwise = "") const;
  const std::string& Param(const std::string& name) const { return params.at(name); }
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

HttpResponse JsonResponse(std::string json, int status = 200);

// Decodes %XX. kInvalidArgument on a broken escape or a NUL byte.
absl::StatusOr<std::string> PercentDecode(std::string_view text);
// Escapes all but letters, digits, "-._~": safe as one segment of a path.
std::string PercentEncode(std::string_view text);

// The whole number in query parameter `name`, within [low, high]; kInvalidArgument names the field.
absl::StatusOr<int> QueryNumber(const HttpRequest& request, const std::string& name, int otherwise,
                                int low, int high);

}  // namespace imago

#endif  // IMAGO_WEB_HTTP_H_
