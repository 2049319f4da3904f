#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "web/json.h"
#include "web/json_fields.h"
#include "web/routes.h"
#include "web/uploads.h"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMaxLines = 10'000;

// What became of one line.
struct LineResult {
  std::string op;
  std::string id;
  int http_status = 200;
  absl::Status status;
};

absl::Status PutLine(Engine& engine, const std::string& collection, const Fields& fields,
                     LineResult* result) {
  if (absl::Status s = fields.CheckNames({"op", "id", "base64", "caption", "metadata"}); !s.ok())
    return s;
  Upload upload;
  upload.id = result->id;
  std::string base64;
  if (absl::Status s = fields.Read("base64", &base64); !s.ok()) return s;
  if (absl::Status s = fields.Read("caption", &upload.caption); !s.ok()) return s;
  const json* metadata = fields.Find("metadata");
  if (metadata != nullptr) upload.metadata_json = DumpJson(*metadata);
  if (fields.Find("base64") == nullptr && !upload.caption.empty()) {
    upload.kind = MediaKind::kCaption;
  } else {
    absl::StatusOr<std::string> bytes = DecodeBase64("base64", base64);
    if (!bytes.ok()) return bytes.status();
    upload.bytes = *std::move(bytes);
  }
  bool created = false;
  absl::Status put = PutUpload(engine, collection, std::move(upload), &created).status();
  if (created) result->http_status = 201;
  return put;
}

absl::Status PatchLine(Engine& engine, const std::string& collection, const Fields& fields,
                       LineResult* result) {
  if (absl::Status s = fields.CheckNames({"op", "id", "caption", "metadata"}); !s.ok()) return s;
  json patch = json::object();
  for (const char* name : {"caption", "metadata"}) {
    if (fields.Find(name) != nullptr) patch[name] = *fields.Find(name);
  }
  return engine.Patch(collection, result->id, DumpJson(patch)).status();
}

absl::Status DeleteLine(Engine& engine, const std::string& collection, const Fields& fields,
                        LineResult* result) {
  if (absl::Status s = fields.CheckNames({"op", "id"}); !s.ok()) return s;
  if (absl::Status s = engine.GetItem(collection, result->id).status(); !s.ok()) return s;
  result->http_status = 204;
  return engine.Remove(collection, {result->id});
}

absl::Status RunLine(Engine& engine, const std::string& collection, const std::string& line,
                     LineResult* result) {
  const absl::StatusOr<json> parsed = ParseJsonObject(line);
  if (!parsed.ok()) return parsed.status();
  const Fields fields(*parsed, "");
  if (absl::Status s = fields.Read("op", &result->op); !s.ok()) return s;
  if (absl::Status s = fields.Read("id", &result->id); !s.ok()) return s;
  if (result->op == "put") return PutLine(engine, collection, fields, result);
  if (result->op == "patch") return PatchLine(engine, collection, fields, result);
  if (result->op == "delete") return DeleteLine(engine, collection, fields, result);
  return FieldError("op", "must be put, patch or delete");
}

ordered_json ResultJson(size_t number, const LineResult& result, const HttpRequest& request) {
  ordered_json out = {{"line", number}, {"op", result.op}, {"asset_id", result.id}};
  out["status"] = result.status.ok() ? result.http_status : HttpStatus(result.status);
  if (!result.status.ok()) {
    out["error"] = ordered_json::parse(
        ProblemJson(result.status, ErrorField(result.status), request.path, request.id));
  }
  return out;
}

std::vector<std::string> Lines(const std::string& body) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < body.size();) {
    const size_t end = std::min(body.find('\n', begin), body.size());
    lines.push_back(body.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

absl::StatusOr<HttpResponse> Batch(Engine& engine, const HttpRequest& request) {
  const std::string& collection = request.Param("collection");
  if (absl::Status s = engine.GetCollection(collection).status(); !s.ok()) return s;
  const std::vector<std::string> lines = Lines(request.body);
  if (lines.empty() || lines.size() > kMaxLines) {
    return FieldError("body",
                      fmt::format("must have 1 to {} lines, has {}", kMaxLines, lines.size()));
  }
  ordered_json results = ordered_json::array();
  size_t failed = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find_first_not_of(" \t\r") == std::string::npos) continue;
    LineResult result;
    result.status = RunLine(engine, collection, lines[i], &result);
    if (!result.status.ok()) ++failed;
    results.push_back(ResultJson(i + 1, result, request));
  }
  const size_t succeeded = results.size() - failed;
  const ordered_json out = {{"results", std::move(results)},
                            {"succeeded", succeeded},
                            {"failed", failed},
                            {"request_id", request.id}};
  return JsonResponse(out.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

void AddBatchRoutes(Router& router, Engine& engine) {
  router.Add("POST", "/v1/collections/{collection}/assets:batch",
             [&engine](const HttpRequest& request) { return Batch(engine, request); });
}

}  // namespace imago
