#include "embed/exif.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace imago {
namespace {

// One directory with one entry; little-endian.
std::vector<uint8_t> Block(uint8_t type, uint8_t value) {
  return {'I', 'I', 42, 0, 8, 0,     0, 0, 1, 0, 0x12, 0x01, type,
          0,   1,   0,  0, 0, value, 0, 0, 0, 0, 0,    0,    0};
}

TEST(ExifOrientation, ReadsBothByteOrders) {
  EXPECT_EQ(ExifOrientation(Block(3, 6)), 6);
  const std::vector<uint8_t> big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0,
                                    3,   0,   0, 0,  1, 0, 8, 0, 0, 0, 0,    0,    0};
  EXPECT_EQ(ExifOrientation(big), 8);
}

TEST(ExifOrientation, SkipsTheSignature) {
  std::vector<uint8_t> block = {'E', 'x', 'i', 'f', 0, 0};
  const std::vector<uint8_t> tiff = Block(3, 5);
  block.insert(block.end(), tiff.begin(), tiff.end());
  EXPECT_EQ(ExifOrientation(block), 5);
}

TEST(ExifOrientation, IsUprightWhenTheValueMakesNoSense) {
  EXPECT_EQ(ExifOrientation(Block(3, 0)), 1);
  EXPECT_EQ(ExifOrientation(Block(3, 9)), 1);
  EXPECT_EQ(ExifOrientation(Block(4, 6)), 1);
}

TEST(ExifOrientation, SurvivesEveryPrefixAndEveryFlippedByte) {
  const std::vector<uint8_t> block = Block(3, 6);
  for (size_t at = 0; at < block.size(); ++at) {
    const int cut = ExifOrientation({block.data(), at});
    EXPECT_TRUE(cut == 1 || cut == 6) << at;
    std::vector<uint8_t> flipped = block;
    flipped[at] ^= 0xFF;
    const int orientation = ExifOrientation(flipped);
    EXPECT_TRUE(orientation >= 1 && orientation <= 8) << at;
  }
}

}  // namespace
}  // namespace imago
