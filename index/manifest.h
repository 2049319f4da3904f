#ifndef IMAGO_INDEX_MANIFEST_H_
#define IMAGO_INDEX_MANIFEST_H_

// What the files of an index are: CURRENT names a manifest and its SHA-256, the manifest the
// segment files and theirs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "index/vector_index.h"

namespace imago {

struct SegmentFile {
  uint64_t number = 0;
  uint64_t bytes = 0;
  std::string sha256;

  friend bool operator==(const SegmentFile&, const SegmentFile&) = default;
};

struct Manifest {
  std::string collection;  // the id of the collection whose store it was made from
  std::string model;
  int dim = 0;
  IndexKind kind = IndexKind::kExact;
  uint64_t sequence = 0;  // the store's log up to here is in the segments
  std::vector<SegmentFile> segments;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// A line of text: "MANIFEST-7 <sha256>".
struct Current {
  uint64_t manifest = 0;
  std::string sha256;
};

std::string SegmentFileName(uint64_t number);   // "segment-7"
std::string ManifestFileName(uint64_t number);  // "MANIFEST-7"

// The decoders refuse, as kDataLoss, all but what the encoders make.
std::string EncodeManifest(const Manifest& manifest);
absl::StatusOr<Manifest> DecodeManifest(std::string_view json);
std::string EncodeCurrent(const Current& current);
absl::StatusOr<Current> DecodeCurrent(std::string_view line);

}  // namespace imago

#endif  // IMAGO_INDEX_MANIFEST_H_
