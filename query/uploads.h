#ifndef IMAGO_QUERY_UPLOADS_H_
#define IMAGO_QUERY_UPLOADS_H_

// From uploaded bytes to what is written of them.

#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "index/collection.h"
#include "index/picture_decoder.h"

namespace imago {

// Thread-safe.
class Uploads {
 public:
  // `encoder` outlives this. Decoding as with ImportOptions.
  Uploads(const Encoder& encoder, const DecodeOptions& limits, std::string decode_worker);

  // `item` has the caller's fields; the entry has all of them, vector, thumbnail and the bytes.
  // Bytes that `collection` has already are neither decoded nor embedded. Errors of the picture as
  // DecodeImage, naming the item.
  absl::StatusOr<Entry> MakeEntry(const Collection& collection, Item item, std::string bytes);
  // Ready for the encoder, with a thumbnail. Errors as DecodeImage.
  absl::StatusOr<PreparedImage> Decode(const std::string& bytes);

 private:
  absl::StatusOr<bool> CopySame(const Store& store, const std::string& same, Entry& entry) const;
  absl::Status Embed(Entry& entry);

  const Encoder& encoder_;
  const DecodeOptions limits_;
  const std::string decode_worker_;
  std::mutex mutex_;
  std::vector<PictureDecoder> idle_;  // each is used by one call at a time
};

}  // namespace imago

#endif  // IMAGO_QUERY_UPLOADS_H_
