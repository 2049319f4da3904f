#ifndef IMAGO_STORAGE_ITEM_H_
#define IMAGO_STORAGE_ITEM_H_

// The nouns of Imago: what a library holds, before anything is computed from it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/event.h"

namespace imago {

enum class MediaKind : uint8_t { kImage = 0, kVideo = 1, kCaption = 2 };
enum class Origin : uint8_t { kLibrary = 0, kGenerated = 1 };

std::string_view MediaKindName(MediaKind kind);  // "image", "video", "caption"
std::string_view OriginName(Origin origin);      // "library", "generated"

struct Item {
  std::string id;  // the caller's, or the path as given; unique in a collection
  MediaKind kind = MediaKind::kImage;
  Origin origin = Origin::kLibrary;
  std::string uri;  // where the bytes are: an absolute path, "blob:" for bytes in the store, empty
                    // for an item that is a caption and no more
  std::string sha256;  // of the bytes, 64 hex digits
  uint64_t bytes = 0;
  int64_t modified_ms = 0;  // the file's time since 1970, 0 when not from a file
  int width = 0;            // pixels, after EXIF rotation
  int height = 0;
  std::string caption;
  std::string metadata_json = "{}";  // a JSON object, as text
  std::vector<Event> events;         // read from the caption and from the picture

  friend bool operator==(const Item&, const Item&) = default;
};

// What a stored vector stands for. Later kinds (clip span, caption, event, role filler, region) get
// numbers of their own; a number is never used again.
enum class RowPart : uint8_t { kPicture = 0 };

struct RowKey {
  std::string item_id;
  RowPart part = RowPart::kPicture;
  int32_t begin_ms = -1;  // -1: no time span
  int32_t end_ms = -1;

  friend bool operator==(const RowKey&, const RowKey&) = default;
};

// kInvalidArgument when the item has no id, a negative size, metadata that is no JSON object, or an
// event that CheckEvent refuses.
absl::Status CheckItem(const Item& item);

// Versioned CBOR: a map with "v" = 1 and the fields by name. Text may hold any bytes. Unknown
// fields of the same version are ignored, and "events" is there only where there are some; another
// version, a missing, doubled or mistyped field, or an item that CheckItem refuses, is kDataLoss
// and names it.
std::string EncodeItem(const Item& item);
absl::StatusOr<Item> DecodeItem(std::string_view cbor);

}  // namespace imago

#endif  // IMAGO_STORAGE_ITEM_H_
