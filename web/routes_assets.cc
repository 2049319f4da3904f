#include <fmt/format.h>

#include <charconv>

#include "web/json.h"
#include "web/listing.h"
#include "web/routes.h"
#include "web/uploads.h"

namespace imago {
namespace {

absl::StatusOr<HttpResponse> Put(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<Upload> upload = ReadUpload(request);
  if (!upload.ok()) return upload.status();
  bool created = false;
  absl::StatusOr<Item> item =
      PutUpload(engine, request.Param("collection"), *std::move(upload), &created);
  if (!item.ok()) return item.status();
  return JsonResponse(ItemToJson(*item), created ? 201 : 200);
}

absl::StatusOr<HttpResponse> Get(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<Item> item = engine.GetItem(request.Param("collection"), request.Param("id"));
  if (!item.ok()) return item.status();
  return JsonResponse(ItemToJson(*item));
}

absl::StatusOr<HttpResponse> Patch(Engine& engine, const HttpRequest& request) {
  absl::StatusOr<Item> item =
      engine.Patch(request.Param("collection"), request.Param("id"), request.body);
  if (!item.ok()) return item.status();
  return JsonResponse(ItemToJson(*item));
}

absl::StatusOr<HttpResponse> Delete(Engine& engine, const HttpRequest& request) {
  const std::string& collection = request.Param("collection");
  const std::string& id = request.Param("id");
  if (absl::Status s = engine.GetItem(collection, id).status(); !s.ok()) return s;
  if (absl::Status s = engine.Remove(collection, {id}); !s.ok()) return s;
  HttpResponse response;
  response.status = 204;
  return response;
}

// A response for bytes that never change under `etag`. A URL that carries the hash itself
// (?v=<start of the hash>) may be kept for good; others are asked for again.
HttpResponse CachedResponse(const HttpRequest& request, const Item& item, const std::string& etag) {
  HttpResponse response;
  const std::string version = request.Query("v");
  const bool lasting = version.size() >= 8 && item.sha256.starts_with(version);
  response.headers = {
      {"ETag", etag},
      {"Cache-Control", lasting ? "private, max-age=31536000, immutable" : "private, no-cache"}};
  if (request.Header("if-none-match").find(etag) != std::string::npos) response.status = 304;
  return response;
}

absl::StatusOr<HttpResponse> Thumbnail(Engine& engine, const HttpRequest& request) {
  const std::string& collection = request.Param("collection");
  absl::StatusOr<Item> item = engine.GetItem(collection, request.Param("id"));
  if (!item.ok()) return item.status();
  HttpResponse response = CachedResponse(request, *item, "\"" + item->sha256 + "-t\"");
  if (response.status == 304) return response;
  absl::StatusOr<std::string> jpeg = engine.Thumbnail(collection, item->id);
  if (!jpeg.ok()) return jpeg.status();
  response.content_type = "image/jpeg";
  response.body = *std::move(jpeg);
  return response;
}

absl::StatusOr<HttpResponse> Original(Engine& engine, const HttpRequest& request) {
  const std::string& collection = request.Param("collection");
  absl::StatusOr<Item> item = engine.GetItem(collection, request.Param("id"));
  if (!item.ok()) return item.status();
  HttpResponse response = CachedResponse(request, *item, "\"" + item->sha256 + "\"");
  response.headers["Content-Disposition"] = "inline";
  if (response.status == 304) return response;
  absl::StatusOr<std::string> bytes = engine.Original(collection, item->id);
  if (!bytes.ok()) return bytes.status();
  const ImageFormat format =
      SniffImage({reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size()});
  response.content_type = format == ImageFormat::kUnknown ? "application/octet-stream"
                                                          : std::string(ImageMimeType(format));
  response.body = *std::move(bytes);
  return response;
}

absl::StatusOr<uint64_t> ReadCursor(const HttpRequest& request) {
  const std::string text = request.Query("cursor");
  if (text.empty()) return kFromTheNewest;
  uint64_t before = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), before);
  if (error != std::errc() || end != text.data() + text.size()) {
    return FieldError("cursor", "is not one of this list");
  }
  return before;
}

absl::StatusOr<HttpResponse> List(Engine& engine, const HttpRequest& request) {
  const absl::StatusOr<int> limit = QueryNumber(request, "limit", 50, 1, 1000);
  if (!limit.ok()) return limit.status();
  const absl::StatusOr<uint64_t> before = ReadCursor(request);
  if (!before.ok()) return before.status();
  const auto collection = engine.GetCollection(request.Param("collection"));
  if (!collection.ok()) return collection.status();
  const auto snapshot = (*collection)->snapshot();
  // One more than asked for tells whether there is a next page.
  auto records = NewestItems(*snapshot, *before, *limit + 1);
  std::string next = "null";
  if (records.size() > static_cast<size_t>(*limit)) {
    records.pop_back();
    next = fmt::format("\"{}\"", records.back()->sequence);
  }
  std::string assets;
  for (const auto& record : records) {
    if (!assets.empty()) assets += ',';
    assets += ItemToJson(record->item);
  }
  return JsonResponse(fmt::format(
      "{{\"assets\":[{}],\"next_cursor\":{},\"total\":{},\"snapshot\":{},\"request_id\":\"{}\"}}",
      assets, next, snapshot->live_items, snapshot->sequence, request.id));
}

}  // namespace

void AddAssetRoutes(Router& router, Engine& engine) {
  const auto add = [&](const char* method, const std::string& pattern, auto handler) {
    router.Add(method, "/v1/collections/{collection}/" + pattern,
               [&engine, handler](const HttpRequest& request) { return handler(engine, request); });
  };
  add("GET", "assets", List);
  add("GET", "assets/{id...}/thumbnail", Thumbnail);
  add("GET", "assets/{id...}/original", Original);
  add("PUT", "assets/{id...}", Put);
  add("GET", "assets/{id...}", Get);
  add("PATCH", "assets/{id...}", Patch);
  add("DELETE", "assets/{id...}", Delete);
}

}  // namespace imago
