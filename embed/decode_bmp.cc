#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "embed/decode_formats.h"
#include "fmt/format.h"

// Windows bitmaps without compression, read strictly: BITMAPCOREHEADER and the BITMAPINFOHEADER
// family up to version 5.

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kBmp;
constexpr size_t kFileHeaderBytes = 14;
constexpr size_t kCoreHeaderBytes = 12;
constexpr size_t kInfoHeaderBytes = 40;
constexpr uint32_t kRgb = 0;
constexpr uint32_t kBitFields = 3;
constexpr uint32_t kAlphaBitFields = 6;

// Little-endian; the caller has checked that the bytes are there.
uint32_t U16(ByteSpan bytes, size_t at) { return bytes[at] | uint32_t{bytes[at + 1]} << 8; }
uint32_t U32(ByteSpan bytes, size_t at) { return U16(bytes, at) | U16(bytes, at + 2) << 16; }

// One colour's bits within a pixel of 16 or 32 bits.
class Channel {
 public:
  Channel() = default;
  explicit Channel(uint32_t mask)
      : mask_(mask), shift_(mask == 0 ? 0 : std::countr_zero(mask)), max_(mask >> shift_) {}

  bool is_empty() const { return mask_ == 0; }
  bool is_contiguous() const { return (max_ & (max_ + uint64_t{1})) == 0; }
  uint8_t Value(uint32_t pixel) const {
    return max_ == 0 ? 0 : static_cast<uint8_t>(((pixel & mask_) >> shift_) * uint64_t{255} / max_);
  }

 private:
  uint32_t mask_ = 0;
  int shift_ = 0;
  uint32_t max_ = 0;
};

struct Header {
  int64_t width = 0;
  int64_t height = 0;
  bool top_down = false;
  int bits = 0;
  size_t pixels_at = 0;
  uint32_t compression = kRgb;
  uint32_t colors_used = 0;
  size_t palette_at = 0;
  size_t palette_entry_bytes = 4;
  Channel channels[4];  // red, green, blue, alpha
};

absl::Status TooShort() { return Corrupt(kFormat, "premature end of file"); }

void ReadSize(ByteSpan bytes, size_t header_bytes, Header& header) {
  if (header_bytes == kCoreHeaderBytes) {
    header.width = U16(bytes, 18);
    header.height = U16(bytes, 20);
    header.bits = static_cast<int>(U16(bytes, 24));
    header.palette_entry_bytes = 3;
    return;
  }
  header.width = static_cast<int32_t>(U32(bytes, 18));
  const int64_t height = static_cast<int32_t>(U32(bytes, 22));
  header.top_down = height < 0;
  header.height = height < 0 ? -height : height;
  header.bits = static_cast<int>(U16(bytes, 28));
  header.compression = U32(bytes, 30);
  header.colors_used = U32(bytes, 46);
}

absl::Status ReadMasks(ByteSpan bytes, size_t header_bytes, Header& header) {
  constexpr size_t kMasksAt = kFileHeaderBytes + kInfoHeaderBytes;
  if (header.compression == kRgb) {
    const bool five_bits = header.bits == 16;
    header.channels[0] = Channel(five_bits ? 0x7C00 : 0xFF0000);
    header.channels[1] = Channel(five_bits ? 0x03E0 : 0x00FF00);
    header.channels[2] = Channel(five_bits ? 0x001F : 0x0000FF);
    return absl::OkStatus();
  }
  if (header.bits != 16 && header.bits != 32) {
    return Corrupt(kFormat, fmt::format("bit masks with {} bits to a pixel", header.bits));
  }
  const bool has_alpha = header.compression == kAlphaBitFields || header_bytes >= 56;
  const size_t count = has_alpha ? 4 : 3;
  if (bytes.size() < kMasksAt + count * 4) return TooShort();
  for (size_t c = 0; c < count; ++c) {
    header.channels[c] = Channel(U32(bytes, kMasksAt + c * 4));
    if (!header.channels[c].is_contiguous()) return Corrupt(kFormat, "a mask with gaps");
  }
  // Behind a short header the masks stand where the palette would.
  if (header_bytes == kInfoHeaderBytes) header.palette_at += count * 4;
  return absl::OkStatus();
}

absl::StatusOr<Header> ReadHeader(ByteSpan bytes, const DecodeOptions& options) {
  if (bytes.size() < kFileHeaderBytes + kCoreHeaderBytes) return TooShort();
  const size_t header_bytes = U32(bytes, kFileHeaderBytes);
  if (bytes.size() < kFileHeaderBytes + header_bytes) return TooShort();
  Header header;
  header.pixels_at = U32(bytes, 10);
  header.palette_at = kFileHeaderBytes + header_bytes;
  ReadSize(bytes, header_bytes, header);
  if (auto s = CheckDimensions(kFormat, header.width, header.height, options); !s.ok()) return s;
  constexpr int kBits[] = {1, 4, 8, 16, 24, 32};
  if (std::count(std::begin(kBits), std::end(kBits), header.bits) == 0) {
    return Unsupported(kFormat, fmt::format("{} bits to a pixel", header.bits));
  }
  const uint32_t compression = header.compression;
  if (compression != kRgb && compression != kBitFields && compression != kAlphaBitFields) {
    return Unsupported(kFormat, fmt::format("compression {} (run lengths or other)", compression));
  }
  if (auto s = ReadMasks(bytes, header_bytes, header); !s.ok()) return s;
  return header;
}

// RGB triples; empty for pixels that hold their own colours.
absl::StatusOr<std::vector<uint8_t>> ReadPalette(ByteSpan bytes, const Header& header) {
  if (header.bits > 8) return std::vector<uint8_t>();
  const size_t most = size_t{1} << header.bits;
  const size_t count = header.colors_used == 0 ? most : header.colors_used;
  if (count > most) return Corrupt(kFormat, fmt::format("a palette of {} colours", count));
  if (bytes.size() < header.palette_at + count * header.palette_entry_bytes) return TooShort();
  std::vector<uint8_t> palette(count * 3);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* entry = &bytes[header.palette_at + i * header.palette_entry_bytes];
    for (size_t c = 0; c < 3; ++c) palette[i * 3 + c] = entry[2 - c];
  }
  return palette;
}

// False when a pixel names a colour that the palette lacks.
bool ReadIndexedRow(const uint8_t* row, const Header& header, const std::vector<uint8_t>& palette,
                    uint8_t* rgb) {
  const int per_byte = 8 / header.bits;
  const unsigned mask = (1u << header.bits) - 1;
  for (int64_t x = 0; x < header.width; ++x) {
    const int shift = 8 - header.bits * (static_cast<int>(x % per_byte) + 1);
    const size_t index = (row[x / per_byte] >> shift) & mask;
    if (index * 3 >= palette.size()) return false;
    std::memcpy(rgb + x * 3, &palette[index * 3], 3);
  }
  return true;
}

void ReadMaskedRow(const uint8_t* row, const Header& header, uint8_t* rgba) {
  const size_t bytes = header.bits / 8;
  for (int64_t x = 0; x < header.width; ++x) {
    uint32_t pixel = 0;
    for (size_t i = 0; i < bytes; ++i) pixel |= uint32_t{row[x * bytes + i]} << (8 * i);
    for (size_t c = 0; c < 4; ++c) rgba[x * 4 + c] = header.channels[c].Value(pixel);
    if (header.channels[3].is_empty()) rgba[x * 4 + 3] = 255;
  }
}

// Many writers declare an alpha channel and leave it zero: that means opaque.
void FinishMasked(std::vector<uint8_t>& rgba, Image& image) {
  bool invisible = true;
  for (size_t i = 3; i < rgba.size() && invisible; i += 4) invisible = rgba[i] == 0;
  for (size_t i = 3; i < rgba.size() && invisible; i += 4) rgba[i] = 255;
  BlendOnWhite(rgba.data(), rgba.size() / 4, image.rgb.data());
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeBmp(ByteSpan bytes, const DecodeOptions& options) {
  const absl::StatusOr<Header> header = ReadHeader(bytes, options);
  if (!header.ok()) return header.status();
  const absl::StatusOr<std::vector<uint8_t>> palette = ReadPalette(bytes, *header);
  if (!palette.ok()) return palette.status();
  const size_t width = header->width;
  const size_t height = header->height;
  const size_t stride = (width * header->bits + 31) / 32 * 4;
  if (header->pixels_at > bytes.size() || bytes.size() - header->pixels_at < stride * height) {
    return TooShort();
  }
  Image image = NewImage(static_cast<int>(width), static_cast<int>(height));
  std::vector<uint8_t> rgba(header->bits > 8 ? width * height * 4 : 0);
  for (size_t y = 0; y < height; ++y) {
    const uint8_t* row = &bytes[header->pixels_at + y * stride];
    const size_t at = (header->top_down ? y : height - 1 - y) * width;
    if (header->bits > 8) {
      ReadMaskedRow(row, *header, &rgba[at * 4]);
    } else if (!ReadIndexedRow(row, *header, *palette, &image.rgb[at * 3])) {
      return Corrupt(kFormat, "a pixel of a colour that the palette lacks");
    }
  }
  if (header->bits > 8) FinishMasked(rgba, image);
  return MakeDecoded(kFormat, std::move(image), 1);
}

}  // namespace imago
