#include "index/import_file.h"

#include <filesystem>
#include <utility>

#include "embed/decode_image.h"
#include "fmt/format.h"
#include "index/item_events.h"
#include "storage/sha256.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return (error ? fs::path(path) : absolute).lexically_normal().string();
}

FileWork Failed(const std::string& error) {
  FileWork work;
  work.kind = FileWork::Kind::kFail;
  work.error = error;
  return work;
}

FileWork Of(FileWork::Kind kind, Entry entry) {
  FileWork work;
  work.kind = kind;
  work.entry = std::move(entry);
  return work;
}

absl::Span<const uint8_t> AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Item NewItem(const FoundFile& file, const std::optional<Item>& old) {
  Item item;
  item.id = file.path;
  item.uri = AbsolutePath(file.path);
  item.modified_ms = file.modified_ms;
  if (old) {
    item.sha256 = old->sha256;
    item.width = old->width;
    item.height = old->height;
    item.caption = old->caption;
    item.metadata_json = old->metadata_json;
  }
  return item;
}

}  // namespace

ContentClaims::Answer ContentClaims::Claim(const std::string& sha256, std::string& error) {
  const std::lock_guard lock(mutex_);
  if (const auto failed = failed_.find(sha256); failed != failed_.end()) {
    error = failed->second;
    return Answer::kFailed;
  }
  return taken_.insert(sha256).second ? Answer::kYours : Answer::kTaken;
}

void ContentClaims::Release(const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  taken_.erase(sha256);
}

void ContentClaims::Fail(const std::string& sha256, const std::string& error) {
  const std::lock_guard lock(mutex_);
  taken_.erase(sha256);
  failed_.emplace(sha256, error);
}

absl::StatusOr<FileWork> FileImporter::Plan(const FoundFile& file,
                                            const PictureDecoder& decode) const {
  std::optional<Item> old;
  if (auto found = collection_.store().GetItem(file.path); found.ok()) {
    old = *std::move(found);
  } else if (!absl::IsNotFound(found.status())) {
    return found.status();
  }
  Item item = NewItem(file, old);
  if (old && old->bytes == file.bytes && old->modified_ms == file.modified_ms &&
      old->uri == item.uri) {
    return FileWork();
  }
  if (file.bytes > 0 && !file.picture && !LooksLikePicture(file.path)) {
    return Of(FileWork::Kind::kIgnore, {});
  }
  const auto bytes = ReadFile(file.path, max_bytes_);
  if (!bytes.ok()) return Failed(std::string(bytes.status().message()));
  if (bytes->empty() && !file.picture) return Of(FileWork::Kind::kIgnore, {});
  if (bytes->empty()) return Failed("is empty");
  item.bytes = bytes->size();
  return PlanContent(std::move(item), *bytes, decode);
}

absl::StatusOr<FileWork> FileImporter::PlanContent(Item item, const std::string& bytes,
                                                   const PictureDecoder& decode) const {
  const std::string sha256 = Sha256(bytes);
  if (item.sha256 == sha256) {
    auto entry = CopyOf(item.id, item);
    if (!entry.ok()) return entry.status();
    if (*entry) return Of(FileWork::Kind::kTouch, **std::move(entry));
  }
  item.sha256 = sha256;
  std::string error;
  const auto answer = claims_.Claim(sha256, error);
  if (answer == ContentClaims::Answer::kFailed) return Failed(error);
  if (answer == ContentClaims::Answer::kTaken) return Of(FileWork::Kind::kWait, {});
  // Claimed first and looked up then: whoever had the claim before has written by now.
  if (const std::string same = collection_.FindBySha256(sha256); !same.empty()) {
    auto entry = CopyOf(same, item);
    if (!entry.ok()) return entry.status();
    if (*entry) {
      claims_.Release(sha256);
      return Of(FileWork::Kind::kCopy, **std::move(entry));
    }
  }
  return PlanDecode(std::move(item), bytes, decode);
}

absl::StatusOr<FileWork> FileImporter::PlanDecode(Item item, const std::string& bytes,
                                                  const PictureDecoder& decode) const {
  auto prepared = decode(AsBytes(bytes));
  if (absl::IsUnavailable(prepared.status())) return prepared.status();
  if (!prepared.ok()) {
    const std::string error(prepared.status().message());
    claims_.Fail(item.sha256, error);
    return Failed(error);
  }
  item.width = prepared->full_width;
  item.height = prepared->full_height;
  FileWork work = Of(FileWork::Kind::kEmbed, {});
  work.entry.item = std::move(item);
  work.entry.thumbnail = std::move(prepared->thumbnail);
  work.input = std::move(prepared->input);
  return work;
}

absl::StatusOr<std::optional<Entry>> FileImporter::CopyOf(const std::string& source,
                                                          const Item& item) const {
  const Store& store = collection_.store();
  auto vectors = store.GetVectors(source, model_);
  if (!vectors.ok()) return vectors.status();
  auto thumbnail = store.GetBlob(kThumbnailBlob, source);
  auto old = store.GetItem(source);
  for (const absl::Status& status : {thumbnail.status(), old.status()}) {
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  if (vectors->empty() || !thumbnail.ok() || !old.ok()) return std::optional<Entry>();
  Entry entry;
  entry.item = item;
  entry.item.width = old->width;
  entry.item.height = old->height;
  entry.item.events = PictureEventsOf(*old);
  entry.vectors = *std::move(vectors);
  for (StoredVector& vector : entry.vectors) vector.key.item_id = item.id;
  entry.thumbnail = *std::move(thumbnail);
  return std::optional<Entry>(std::move(entry));
}

}  // namespace imago
