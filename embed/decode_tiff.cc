#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "embed/decode_formats.h"
#include "fmt/format.h"
#include "tiffio.h"

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kTiff;
constexpr int64_t kMinAllocation = 64 << 20;
constexpr int64_t kMaxBytesPerPixel = 16;  // four channels of 32 bits

// A file in memory, and what went wrong in it.
struct Source {
  ByteSpan bytes;
  uint64_t position = 0;
  char message[256] = {};
};

tmsize_t OnRead(thandle_t handle, void* out, tmsize_t size) {
  Source* source = static_cast<Source*>(handle);
  if (source->position >= source->bytes.size() || size <= 0) return 0;
  const size_t n = std::min<uint64_t>(size, source->bytes.size() - source->position);
  std::memcpy(out, source->bytes.data() + source->position, n);
  source->position += n;
  return static_cast<tmsize_t>(n);
}

tmsize_t OnWrite(thandle_t, void*, tmsize_t) { return 0; }

toff_t OnSeek(thandle_t handle, toff_t offset, int whence) {
  Source* source = static_cast<Source*>(handle);
  if (whence == SEEK_SET) source->position = offset;
  if (whence == SEEK_CUR) source->position += offset;
  if (whence == SEEK_END) source->position = source->bytes.size() + offset;
  return source->position;
}

int OnClose(thandle_t) { return 0; }
toff_t OnSize(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }

void Note(Source* source, const char* format, va_list arguments) {
  if (source->message[0] != '\0') return;  // the first is the cause
  std::vsnprintf(source->message, sizeof source->message, format, arguments);
}

int OnError(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  Note(static_cast<Source*>(user), format, arguments);
  return 1;
}

// The JPEG reader inside libtiff only warns of broken data.
int OnWarning(TIFF*, void* user, const char* module, const char* format, va_list arguments) {
  const bool is_jpeg = module != nullptr && std::strncmp(module, "JPEG", 4) == 0;
  if (is_jpeg) Note(static_cast<Source*>(user), format, arguments);
  return 1;
}

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffFile = std::unique_ptr<TIFF, TiffCloser>;

struct OptionsFreer {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

TiffFile Open(Source* source, int64_t max_allocation) {
  const std::unique_ptr<TIFFOpenOptions, OptionsFreer> options(TIFFOpenOptionsAlloc());
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), max_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnError, source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), OnWarning, source);
  return TiffFile(TIFFClientOpenExt("picture", "rm", source, OnRead, OnWrite, OnSeek, OnClose,
                                    OnSize, nullptr, nullptr, options.get()));
}

absl::Status Broken(const Source& source) {
  return Corrupt(kFormat, source.message[0] != '\0' ? source.message : "bad structure");
}

struct RgbaEnder {
  void operator()(TIFFRGBAImage* image) const { TIFFRGBAImageEnd(image); }
};

// Pixels in the order they are stored, premultiplied by alpha.
absl::StatusOr<std::vector<uint32_t>> ReadRaster(TIFF* tiff, const Source& source) {
  char message[1024] = {};
  if (TIFFRGBAImageOK(tiff, message) == 0) return Unsupported(kFormat, message);
  TIFFRGBAImage image{};
  if (TIFFRGBAImageBegin(&image, tiff, 1, message) == 0) return Unsupported(kFormat, message);
  const std::unique_ptr<TIFFRGBAImage, RgbaEnder> ender(&image);
  // Turning is left to Upright, which also knows the orientations that swap the sides.
  image.orientation = ORIENTATION_TOPLEFT;
  image.req_orientation = ORIENTATION_TOPLEFT;
  std::vector<uint32_t> raster(static_cast<size_t>(image.width) * image.height);
  if (TIFFRGBAImageGet(&image, raster.data(), image.width, image.height) == 0) {
    return Broken(source);
  }
  if (source.message[0] != '\0') return Broken(source);
  return raster;
}

void LayOnWhite(const std::vector<uint32_t>& raster, uint8_t* rgb) {
  for (size_t i = 0; i < raster.size(); ++i) {
    const unsigned white = 255u - TIFFGetA(raster[i]);
    rgb[i * 3] = static_cast<uint8_t>(std::min(TIFFGetR(raster[i]) + white, 255u));
    rgb[i * 3 + 1] = static_cast<uint8_t>(std::min(TIFFGetG(raster[i]) + white, 255u));
    rgb[i * 3 + 2] = static_cast<uint8_t>(std::min(TIFFGetB(raster[i]) + white, 255u));
  }
}

absl::Status CheckSize(TIFF* tiff, const DecodeOptions& options, uint32_t* width,
                       uint32_t* height) {
  if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, width) == 0 ||
      TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, height) == 0) {
    return Corrupt(kFormat, "no size in the first directory");
  }
  return CheckDimensions(kFormat, *width, *height, options);
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeTiff(ByteSpan bytes, const DecodeOptions& options) {
  Source source{bytes};
  // libtiff allocates by what the directory says; strips and tiles are hardly larger than the
  // picture, and the picture not larger than the limit.
  const int64_t most = options.max_pixels * kMaxBytesPerPixel;
  const TiffFile tiff = Open(&source, std::max(kMinAllocation, most));
  if (tiff == nullptr) return Broken(source);
  uint32_t width = 0;
  uint32_t height = 0;
  if (auto s = CheckSize(tiff.get(), options, &width, &height); !s.ok()) return s;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  const auto raster = ReadRaster(tiff.get(), source);
  if (!raster.ok()) return raster.status();
  Image image = NewImage(static_cast<int>(width), static_cast<int>(height));
  LayOnWhite(*raster, image.rgb.data());
  return MakeDecoded(kFormat, std::move(image), orientation);
}

}  // namespace imago
