// Hostile indexes of shards, and hostile lists of a hub's files: no name leads out of its folder.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "embed/shard_index.h"
#include "web/hub_listing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto index = imago::ParseShardIndex(json); index.ok()) {
    for (const auto& [tensor, file] : index->file_of) {
      if (!imago::IsPlainHubName(file) || index->files.count(file) == 0) std::abort();
    }
  }
  const auto listing = imago::ParseHubListing(json);
  if (!listing.ok()) return 0;
  const auto chosen = imago::ChooseHubFiles(*listing);
  if (!chosen.ok()) return 0;
  for (const imago::HubFile& file : *chosen) {
    if (!imago::IsPlainHubName(file.name)) std::abort();
  }
  return 0;
}
