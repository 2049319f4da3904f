#include <string>
#include <string_view>

#include "storage/sha256.h"
#include "web/routes.h"
#include "web/static_files.h"

namespace imago {
namespace {

const char* ContentType(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".json")) return "application/json";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

HttpResponse FileResponse(const HttpRequest& request, const StaticFile& file,
                          const std::string& etag) {
  HttpResponse response;
  response.content_type = ContentType(file.name);
  response.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}};
  if (request.Header("if-none-match").find(etag) != std::string::npos) {
    response.status = 304;
  } else {
    response.body.assign(reinterpret_cast<const char*>(file.data), file.size);
  }
  return response;
}

}  // namespace

void AddPageRoutes(Router& router) {
  for (size_t i = 0; i < kStaticFileCount; ++i) {
    const StaticFile& file = kStaticFiles[i];
    const std::string hash = Sha256({reinterpret_cast<const char*>(file.data), file.size});
    // Weak, for the same bytes may go out compressed or not.
    const std::string etag = "W/\"" + hash.substr(0, 16) + "\"";
    const Handler handler = [&file, etag](const HttpRequest& request) {
      return FileResponse(request, file, etag);
    };
    const std::string name = file.name;
    router.Add("GET", name == "index.html" ? "/" : "/" + name, handler);
  }
}

}  // namespace imago
