// Hostile model.json: whatever is accepted must be written and read back as the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "embed/bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto config =
      imago::ParseBundleConfig(std::string(reinterpret_cast<const char*>(data), size));
  if (!config.ok()) return 0;
  const auto again = imago::ParseBundleConfig(imago::BundleConfigToJson(*config));
  if (!again.ok() || !(*again == *config)) std::abort();
  return 0;
}
