#include "tests/support/fuzz_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return imago::FuzzDecoder(imago::ImageFormat::kPng, data, size);
}
