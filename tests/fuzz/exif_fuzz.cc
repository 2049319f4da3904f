#include <cstdlib>

#include "embed/exif.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int orientation = imago::ExifOrientation({data, size});
  if (orientation < 1 || orientation > 8) std::abort();
  return 0;
}
