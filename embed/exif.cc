#include "embed/exif.h"

#include <cstring>

namespace imago {
namespace {

constexpr int kUpright = 1;
constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShortType = 3;
constexpr size_t kEntryBytes = 12;

// Reads integers of either byte order; out of range reads are zero.
class Reader {
 public:
  Reader(absl::Span<const uint8_t> bytes, bool big_endian)
      : bytes_(bytes), big_endian_(big_endian) {}

  uint32_t U16(size_t at) const { return Integer(at, 2); }
  uint32_t U32(size_t at) const { return Integer(at, 4); }

 private:
  uint32_t Integer(size_t at, size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[at + (big_endian_ ? i : size - 1 - i)];
    }
    return value;
  }

  absl::Span<const uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

int ExifOrientation(absl::Span<const uint8_t> block) {
  if (block.size() >= 6 && std::memcmp(block.data(), "Exif\0\0", 6) == 0) block.remove_prefix(6);
  if (block.size() < 8) return kUpright;
  const bool big_endian = block[0] == 'M' && block[1] == 'M';
  if (!big_endian && !(block[0] == 'I' && block[1] == 'I')) return kUpright;
  const Reader reader(block, big_endian);
  if (reader.U16(2) != 42) return kUpright;
  const size_t directory = reader.U32(4);
  const size_t entries = reader.U16(directory);
  for (size_t i = 0; i < entries; ++i) {
    const size_t at = directory + 2 + i * kEntryBytes;
    if (at >= block.size()) return kUpright;
    if (reader.U16(at) != kOrientationTag) continue;
    const uint32_t value = reader.U16(at + 8);
    const bool valid = reader.U16(at + 2) == kShortType && value >= 1 && value <= 8;
    return valid ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

}  // namespace imago
