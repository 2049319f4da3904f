#ifndef IMAGO_WEB_HUB_LISTING_H_
#define IMAGO_WEB_HUB_LISTING_H_

// What a repository of the hub holds, and what of it a model needs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct HubFile {
  std::string name;      // as the hub says it; only plain names are ever chosen
  int64_t size = -1;     // -1: not told
  std::string checksum;  // 64 hex digits: SHA-256; 40: git's SHA-1 of a blob; empty: not told

  bool operator==(const HubFile&) const = default;
};

struct HubListing {
  std::string commit;  // 40 hex digits
  std::vector<HubFile> files;
};

// The answer of /api/models/ORG/NAME/revision/REV?blobs=true. kDataLoss when it is none.
absl::StatusOr<HubListing> ParseHubListing(std::string_view json);
// A checksum in lower case, without the marks of an ETag; empty when it is none.
std::string ParseHubChecksum(std::string_view etag);

// Letters, digits, "-", "_" and "." only, not hidden.
bool IsPlainHubName(std::string_view name);

// Configuration, tokenizer and weights: one .safetensors, else the index of several (ends in
// ".index.json"; its shards are to be added), else one file of PyTorch's. Others stay there.
// kNotFound: no weights.
absl::StatusOr<std::vector<HubFile>> ChooseHubFiles(const HubListing& listing);

}  // namespace imago

#endif  // IMAGO_WEB_HUB_LISTING_H_
