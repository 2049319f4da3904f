#include "embed/decode_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

#include "embed/decode_formats.h"
#include "fmt/format.h"

namespace imago {
namespace {

bool HasAt(ByteSpan bytes, size_t at, std::string_view magic) {
  return bytes.size() >= at + magic.size() &&
         std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

// "BM" alone begins many a text; the size of the header that follows is one of a few.
bool IsBmp(ByteSpan bytes) {
  if (!HasAt(bytes, 0, "BM") || bytes.size() < 18) return false;
  constexpr uint8_t kHeaderSizes[] = {12, 40, 52, 56, 64, 108, 124};
  return std::count(std::begin(kHeaderSizes), std::end(kHeaderSizes), bytes[14]) != 0 &&
         bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0;
}

bool IsTiff(ByteSpan bytes) {
  using std::string_view_literals::operator""sv;
  return HasAt(bytes, 0, "II*\0"sv) || HasAt(bytes, 0, "MM\0*"sv) || HasAt(bytes, 0, "II+\0"sv) ||
         HasAt(bytes, 0, "MM\0+"sv);
}

absl::StatusOr<DecodedImage> Decode(ByteSpan bytes, const DecodeOptions& options) {
  switch (SniffImage(bytes)) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(bytes, options);
    case ImageFormat::kPng:
      return DecodePng(bytes, options);
    case ImageFormat::kWebp:
      return DecodeWebp(bytes, options);
    case ImageFormat::kGif:
      return DecodeGif(bytes, options);
    case ImageFormat::kBmp:
      return DecodeBmp(bytes, options);
    case ImageFormat::kTiff:
      return DecodeTiff(bytes, options);
    case ImageFormat::kUnknown:
      break;
  }
  return absl::UnimplementedError("not a picture: neither JPEG, PNG, WebP, GIF, BMP nor TIFF");
}

absl::Status FileError(const std::string& path, int error) {
  const std::string message = fmt::format("{}: {}", path, std::strerror(error));
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  return absl::UnavailableError(message);
}

class OpenFile {
 public:
  // Not blocking: a pipe without a writer must not hold up a whole library.
  explicit OpenFile(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status TooLong(const std::string& what, int64_t size, int64_t limit) {
  return absl::InvalidArgumentError(
      fmt::format("{}{} bytes are over the limit of {} bytes", what, size, limit));
}

}  // namespace

ImageFormat SniffImage(absl::Span<const uint8_t> bytes) {
  if (HasAt(bytes, 0, "\xFF\xD8\xFF")) return ImageFormat::kJpeg;
  if (HasAt(bytes, 0, "\x89PNG\r\n\x1A\n")) return ImageFormat::kPng;
  if (HasAt(bytes, 0, "RIFF") && HasAt(bytes, 8, "WEBP")) return ImageFormat::kWebp;
  if (HasAt(bytes, 0, "GIF87a") || HasAt(bytes, 0, "GIF89a")) return ImageFormat::kGif;
  if (IsBmp(bytes)) return ImageFormat::kBmp;
  if (IsTiff(bytes)) return ImageFormat::kTiff;
  return ImageFormat::kUnknown;
}

std::string_view ImageFormatName(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kGif:
      return "GIF";
    case ImageFormat::kBmp:
      return "BMP";
    case ImageFormat::kTiff:
      return "TIFF";
    case ImageFormat::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view ImageMimeType(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "image/jpeg";
    case ImageFormat::kPng:
      return "image/png";
    case ImageFormat::kWebp:
      return "image/webp";
    case ImageFormat::kGif:
      return "image/gif";
    case ImageFormat::kBmp:
      return "image/bmp";
    case ImageFormat::kTiff:
      return "image/tiff";
    case ImageFormat::kUnknown:
      break;
  }
  return "application/octet-stream";
}

absl::StatusOr<DecodedImage> DecodeImage(absl::Span<const uint8_t> bytes,
                                         const DecodeOptions& options) {
  if (bytes.empty()) return absl::DataLossError("the file is empty");
  const int64_t size = static_cast<int64_t>(bytes.size());
  if (size > options.max_bytes) return TooLong("", size, options.max_bytes);
  try {
    return Decode(bytes, options);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("not enough memory to decode the picture");
  }
}

absl::StatusOr<DecodedImage> DecodeImageFile(const std::string& path,
                                             const DecodeOptions& options) {
  const absl::StatusOr<std::string> file = ReadFile(path, options.max_bytes);
  if (!file.ok()) return file.status();
  auto decoded =
      DecodeImage({reinterpret_cast<const uint8_t*>(file->data()), file->size()}, options);
  if (decoded.ok()) return decoded;
  return absl::Status(decoded.status().code(),
                      fmt::format("{}: {}", path, std::string(decoded.status().message())));
}

absl::StatusOr<std::string> ReadFile(const std::string& path, int64_t max_bytes) {
  const OpenFile file(path);
  if (file.fd() < 0) return FileError(path, errno);
  struct stat info;
  if (fstat(file.fd(), &info) != 0) return FileError(path, errno);
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError(path + ": not a regular file");
  if (info.st_size > max_bytes) return TooLong(path + ": ", info.st_size, max_bytes);
  // One byte more than it should have, so that a file that grows meanwhile is noticed.
  std::string bytes(info.st_size + 1, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t n = read(file.fd(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, errno);
    if (n == 0) break;
    filled += n;
  }
  if (filled != static_cast<size_t>(info.st_size)) {
    return absl::UnavailableError(path + ": the file changed while it was read");
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace imago
