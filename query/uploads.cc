#include "query/uploads.h"

#include <utility>

#include "fmt/format.h"
#include "index/item_events.h"
#include "kernels/kernels.h"
#include "storage/sha256.h"

namespace imago {
namespace {

absl::Status About(const std::string& id, const absl::Status& status) {
  return absl::Status(status.code(),
                      fmt::format("item \"{}\": {}", id, std::string(status.message())));
}

}  // namespace

Uploads::Uploads(const Encoder& encoder, const DecodeOptions& limits, std::string decode_worker)
    : encoder_(encoder), limits_(limits), decode_worker_(std::move(decode_worker)) {}

absl::StatusOr<Entry> Uploads::MakeEntry(const Collection& collection, Item item,
                                         std::string bytes) {
  if (static_cast<int64_t>(bytes.size()) > limits_.max_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("item \"{}\": has {} bytes, at most {} are allowed", item.id, bytes.size(),
                    limits_.max_bytes));
  }
  Entry entry;
  entry.item = std::move(item);
  entry.item.uri = "blob:";
  entry.item.bytes = bytes.size();
  entry.item.sha256 = Sha256(bytes);
  entry.original = std::move(bytes);
  if (const std::string same = collection.FindBySha256(entry.item.sha256); !same.empty()) {
    const auto copied = CopySame(collection.store(), same, entry);
    if (!copied.ok()) return copied.status();
    if (*copied) return entry;
  }
  if (auto status = Embed(entry); !status.ok()) return About(entry.item.id, status);
  return entry;
}

// False when the other item is not whole, as when it is being removed.
absl::StatusOr<bool> Uploads::CopySame(const Store& store, const std::string& same,
                                       Entry& entry) const {
  auto vectors = store.GetVectors(same, encoder_.model());
  if (!vectors.ok()) return vectors.status();
  const auto item = store.GetItem(same);
  auto thumbnail = store.GetBlob(kThumbnailBlob, same);
  if (vectors->empty() || !item.ok() || !thumbnail.ok()) return false;
  entry.item.width = item->width;
  entry.item.height = item->height;
  entry.item.events = PictureEventsOf(*item);
  entry.thumbnail = *std::move(thumbnail);
  entry.vectors = *std::move(vectors);
  for (StoredVector& vector : entry.vectors) vector.key.item_id = entry.item.id;
  return true;
}

absl::Status Uploads::Embed(Entry& entry) {
  auto prepared = Decode(entry.original);
  if (!prepared.ok()) return prepared.status();
  entry.item.width = prepared->full_width;
  entry.item.height = prepared->full_height;
  entry.thumbnail = std::move(prepared->thumbnail);
  const Content content = ImageContent{std::move(prepared->input)};
  const auto embeddings = encoder_.Encode({&content, 1});
  if (!embeddings.ok()) return embeddings.status();
  const HalfMatrix rows = ToHalf(embeddings->rows);
  StoredVector vector;
  vector.key.item_id = entry.item.id;
  vector.model = embeddings->model;
  vector.values.assign(rows.row(0), rows.row(0) + rows.cols());
  entry.vectors = {std::move(vector)};
  if (!embeddings->events.empty()) entry.item.events = embeddings->events[0];
  return absl::OkStatus();
}

absl::StatusOr<PreparedImage> Uploads::Decode(const std::string& bytes) {
  PictureDecoder decoder;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      decoder = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (decoder == nullptr) {
    decoder = NewPictureDecoder(decode_worker_, OptionsToIndex(limits_, encoder_));
  }
  auto prepared = decoder({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(decoder));
  return prepared;
}

}  // namespace imago
