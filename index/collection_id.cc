#include "index/collection_id.h"

#include <nlohmann/json.hpp>
#include <random>

#include "fmt/format.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr char kKey[] = "collection";

std::string RandomId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

absl::StatusOr<bool> HasItems(const Store& store) {
  bool found = false;
  const absl::Status scanned = store.ScanLog(0, [&found](const LogRecord& record) {
    found = !record.removed;
    return !found;
  });
  if (!scanned.ok()) return scanned;
  return found;
}

}  // namespace

absl::StatusOr<CollectionId> ReadCollectionId(const Store& store) {
  const absl::StatusOr<std::string> text = store.GetBlob(kMetaBlob, kKey);
  if (!text.ok()) return text.status();
  const json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto is_text = [&](const char* name) {
    return object.contains(name) && object[name].is_string();
  };
  if (!object.is_object() || !is_text("id") || !is_text("model") || !object.contains("dim") ||
      !object["dim"].is_number_unsigned()) {
    return absl::DataLossError("the store's record of its model is malformed");
  }
  return CollectionId{object["id"], object["model"], object["dim"]};
}

absl::StatusOr<CollectionId> ClaimCollection(Store& store, const std::string& model, int dim) {
  const absl::StatusOr<CollectionId> found = ReadCollectionId(store);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  if (found.ok() && found->model == model && found->dim == dim) return found;
  const absl::StatusOr<bool> has_items = HasItems(store);
  if (!has_items.ok()) return has_items.status();
  if (*has_items) {
    return absl::FailedPreconditionError(fmt::format(
        "the collection has vectors of the model {} (dim {}), not of {} (dim {})",
        found.ok() ? found->model : "unknown", found.ok() ? found->dim : 0, model, dim));
  }
  CollectionId id{RandomId(), model, dim};
  const json object = {{"id", id.id}, {"model", id.model}, {"dim", static_cast<unsigned>(id.dim)}};
  WriteBatch batch;
  batch.put_blobs.push_back(
      {kMetaBlob, kKey, object.dump(-1, ' ', false, json::error_handler_t::replace)});
  const absl::StatusOr<uint64_t> wrote = store.Apply(batch);
  if (!wrote.ok()) return wrote.status();
  return id;
}

}  // namespace imago
