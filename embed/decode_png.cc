#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "embed/decode_formats.h"
#include "embed/exif.h"
#include "png.h"

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kPng;
constexpr size_t kSignatureBytes = 8;
constexpr size_t kChunkOverhead = 12;  // length, type, CRC
constexpr size_t kMaxChunkMemory = 16 << 20;

uint32_t BigEndian32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}

// The data of the first chunk of a type; empty when there is none.
ByteSpan FindChunk(ByteSpan bytes, const char* type) {
  size_t at = kSignatureBytes;
  while (bytes.size() - at >= kChunkOverhead) {
    const size_t length = BigEndian32(&bytes[at]);
    if (length > bytes.size() - at - kChunkOverhead) break;
    if (std::memcmp(&bytes[at + 4], type, 4) == 0) return bytes.subspan(at + 8, length);
    at += kChunkOverhead + length;
  }
  return {};
}

// libpng's errors jump out of it, so the functions between setjmp and a call of it hold nothing
// that needs a destructor.
class PngReader {
 public:
  explicit PngReader(ByteSpan bytes) : left_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool ok() const { return info_ != nullptr; }

  // Afterwards rows are 8-bit RGB, or RGBA when has_alpha().
  bool ReadHeader() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, OnRead);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png_, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(png_, kMaxChunkMemory);
    // Everything but the pixels, the palette and its transparency is passed over.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    png_set_strip_16(png_);
    png_set_expand(png_);
    png_set_gray_to_rgb(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool ReadRow(uint8_t* row) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_row(png_, row, nullptr);
    return true;
  }

  bool ReadAll(uint8_t* pixels) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    const size_t row_bytes = png_get_rowbytes(png_, info_);
    const size_t height = png_get_image_height(png_, info_);
    for (int pass = 0; pass < passes_; ++pass) {
      for (size_t y = 0; y < height; ++y) png_read_row(png_, pixels + y * row_bytes, nullptr);
    }
    return true;
  }

  bool Finish() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_end(png_, nullptr);
    return true;
  }

  bool is_interlaced() const { return passes_ > 1; }
  bool has_alpha() const { return png_get_channels(png_, info_) == 4; }
  absl::Status status() const { return Corrupt(kFormat, message_); }

 private:
  static void OnRead(png_structp png, png_bytep out, size_t size) {
    PngReader* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (size > reader->left_.size()) png_error(png, "premature end of file");
    std::memcpy(out, reader->left_.data(), size);
    reader->left_.remove_prefix(size);
  }
  static void OnError(png_structp png, png_const_charp message) {
    PngReader* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->message_, sizeof reader->message_, "%s", message);
    png_longjmp(png, 1);
  }
  static void OnWarning(png_structp, png_const_charp) {}

  ByteSpan left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  char message_[128] = {};
};

// One row at a time where the file's order allows it.
bool ReadBlended(PngReader& reader, Image& image) {
  const size_t width = image.width;
  std::vector<uint8_t> rgba;
  if (reader.is_interlaced()) {
    rgba.resize(width * image.height * 4);
    if (!reader.ReadAll(rgba.data())) return false;
    BlendOnWhite(rgba.data(), width * image.height, image.rgb.data());
    return true;
  }
  rgba.resize(width * 4);
  for (int y = 0; y < image.height; ++y) {
    if (!reader.ReadRow(rgba.data())) return false;
    BlendOnWhite(rgba.data(), width, image.rgb.data() + y * width * 3);
  }
  return true;
}

}  // namespace

absl::StatusOr<DecodedImage> DecodePng(ByteSpan bytes, const DecodeOptions& options) {
  if (bytes.size() < 24 || std::memcmp(&bytes[12], "IHDR", 4) != 0) {
    return Corrupt(kFormat, "no header");
  }
  const int64_t width = BigEndian32(&bytes[16]);
  const int64_t height = BigEndian32(&bytes[20]);
  if (auto s = CheckDimensions(kFormat, width, height, options); !s.ok()) return s;
  PngReader reader(bytes);
  if (!reader.ok()) return absl::ResourceExhaustedError("PNG: not enough memory");
  if (!reader.ReadHeader()) return reader.status();
  Image image = NewImage(static_cast<int>(width), static_cast<int>(height));
  const bool read =
      reader.has_alpha() ? ReadBlended(reader, image) : reader.ReadAll(image.rgb.data());
  if (!read || !reader.Finish()) return reader.status();
  return MakeDecoded(kFormat, std::move(image), ExifOrientation(FindChunk(bytes, "eXIf")));
}

}  // namespace imago
