#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "embed/decode_image.h"
#include "fmt/format.h"
#include "jpeglib.h"
#include "opencv2/imgproc.hpp"

namespace imago {
namespace {

struct Errors {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void Fail(j_common_ptr info) {
  Errors* errors = reinterpret_cast<Errors*>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->jump, 1);
}

// libjpeg's errors jump out of it, so Write holds nothing that needs a destructor.
class JpegWriter {
 public:
  JpegWriter() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = Fail;
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  bool Write(const Image& image, int quality) {
    if (setjmp(errors_.jump) != 0) {
      // libjpeg may have replaced the buffer without telling: better to leak than to free it twice.
      bytes_ = nullptr;
      return false;
    }
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &bytes_, &size_);
    info_.image_width = image.width;
    info_.image_height = image.height;
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    jpeg_start_compress(&info_, TRUE);
    const size_t row_bytes = static_cast<size_t>(image.width) * 3;
    while (info_.next_scanline < info_.image_height) {
      // The interface lacks a const; libjpeg only reads the row.
      uint8_t* row = const_cast<uint8_t*>(image.rgb.data()) + info_.next_scanline * row_bytes;
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }

  std::string bytes() const { return std::string(reinterpret_cast<const char*>(bytes_), size_); }
  const char* message() const { return errors_.message; }

 private:
  jpeg_compress_struct info_{};
  Errors errors_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

Image Shrunk(const Image& image, int width, int height) {
  Image out{width, height, {}};
  out.rgb.resize(static_cast<size_t>(width) * height * 3);
  // OpenCV takes no const pixels, but only reads these.
  const cv::Mat in(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.rgb.data()));
  cv::Mat shrunk(height, width, CV_8UC3, out.rgb.data());
  cv::resize(in, shrunk, shrunk.size(), 0, 0, cv::INTER_AREA);
  return out;
}

}  // namespace

absl::StatusOr<std::string> EncodeThumbnail(const Image& image, int max_side, int quality) {
  const int longer = std::max(image.width, image.height);
  if (longer <= max_side) return EncodeJpeg(image, quality);
  const double scale = static_cast<double>(max_side) / longer;
  const auto scaled = [scale](int side) { return std::max(1, cvRound(side * scale)); };
  try {
    return EncodeJpeg(Shrunk(image, scaled(image.width), scaled(image.height)), quality);
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("cannot shrink a picture of {} x {} pixels: {}",
                                           image.width, image.height, error.what()));
  }
}

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality) {
  const auto fits = [](int side) { return side >= 1 && side <= JPEG_MAX_DIMENSION; };
  if (!fits(image.width) || !fits(image.height)) {
    return absl::InvalidArgumentError(
        fmt::format("a JPEG cannot have {} x {} pixels: 1 to {} a side", image.width, image.height,
                    JPEG_MAX_DIMENSION));
  }
  JpegWriter writer;
  if (writer.Write(image, quality)) return writer.bytes();
  return absl::InternalError(fmt::format("cannot write a JPEG of {} x {} pixels: {}", image.width,
                                         image.height, writer.message()));
}

}  // namespace imago
