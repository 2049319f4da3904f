// Items as stored: whatever decodes encodes to the same item again.

#include <cstdint>
#include <cstdlib>

#include "storage/item.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<imago::Item> item = imago::DecodeItem(bytes);
  if (!item.ok()) return 0;
  const absl::StatusOr<imago::Item> again = imago::DecodeItem(imago::EncodeItem(*item));
  if (!again.ok() || !(*again == *item)) std::abort();
  return 0;
}
