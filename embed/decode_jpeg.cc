#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

#include "embed/decode_formats.h"
#include "embed/exif.h"
#include "fmt/format.h"
// After <cstdio>, whose types it uses.
#include "jerror.h"
#include "jpeglib.h"

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kJpeg;
// Encoders write about ten; each costs a pass over the whole picture, however few its bytes.
constexpr int kMaxScans = 100;
// Cameras leave a few stray bytes before a marker; a stream out of step leaves many.
constexpr int kMaxStrayBytes = 16;

struct Errors {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump;
  int code;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void Fail(j_common_ptr info) {
  Errors* errors = reinterpret_cast<Errors*>(info->err);
  errors->code = info->err->msg_code;
  info->err->format_message(info, errors->message);
  std::longjmp(errors->jump, 1);
}

// Warnings about headers that leave the pixels as they are.
bool IsHarmless(const jpeg_error_mgr& error) {
  switch (error.msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
      return true;
    case JWRN_EXTRANEOUS_DATA:
      return error.msg_parm.i[0] <= kMaxStrayBytes;
    default:
      return false;
  }
}

void OnMessage(j_common_ptr info, int level) {
  const bool is_warning = level < 0;
  if (is_warning && !IsHarmless(*info->err)) Fail(info);
}

void OnProgress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  Errors* errors = reinterpret_cast<Errors*>(info->err);
  errors->code = 0;
  std::snprintf(errors->message, sizeof errors->message, "more than %d scans", kMaxScans);
  std::longjmp(errors->jump, 1);
}

absl::Status StatusOf(const Errors& errors) {
  switch (errors.code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      return Unsupported(kFormat, errors.message);
    case JERR_OUT_OF_MEMORY:
      return absl::ResourceExhaustedError(errors.message);
    case JERR_IMAGE_TOO_BIG:
      return absl::InvalidArgumentError(errors.message);
    default:
      return Corrupt(kFormat, errors.message);
  }
}

// libjpeg's errors jump out of it, so the functions between setjmp and a call of it hold nothing
// that needs a destructor.
class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = Fail;
    errors_.manager.emit_message = OnMessage;
    progress_.progress_monitor = OnProgress;
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool ReadHeader(ByteSpan bytes) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes.data(), bytes.size());
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  // Chooses the scale; afterwards width() and height() are those of the rows that are read.
  bool Start(int denominator) {
    if (setjmp(errors_.jump) != 0) return false;
    info_.scale_num = 1;
    info_.scale_denom = denominator;
    info_.out_color_space = is_cmyk() ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&info_);
    return true;
  }

  bool ReadRow(uint8_t* row) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_read_scanlines(&info_, &row, 1);
    return true;
  }

  bool ReadRows(uint8_t* rgb) {
    if (setjmp(errors_.jump) != 0) return false;
    const size_t row_bytes = static_cast<size_t>(info_.output_width) * 3;
    while (info_.output_scanline < info_.output_height) {
      uint8_t* row = rgb + info_.output_scanline * row_bytes;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    return true;
  }

  bool Finish() {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  bool is_cmyk() const { return info_.num_components == 4; }
  int components() const { return info_.num_components; }
  int full_width() const { return static_cast<int>(info_.image_width); }
  int full_height() const { return static_cast<int>(info_.image_height); }
  int width() const { return static_cast<int>(info_.output_width); }
  int height() const { return static_cast<int>(info_.output_height); }
  absl::Status status() const { return StatusOf(errors_); }

  int orientation() const {
    for (const jpeg_marker_struct* m = info_.marker_list; m != nullptr; m = m->next) {
      const bool is_exif = m->data_length >= 6 && std::memcmp(m->data, "Exif\0", 5) == 0;
      if (is_exif) return ExifOrientation({m->data, m->data_length});
    }
    return 1;
  }

 private:
  jpeg_decompress_struct info_{};
  Errors errors_{};
  jpeg_progress_mgr progress_{};
};

// The largest of 8, 4, 2, 1 that leaves a shorter side of at least `min_side`.
int Denominator(int short_side, int min_side) {
  for (int denominator = 8; denominator > 1 && min_side > 0; denominator /= 2) {
    if ((short_side + denominator - 1) / denominator >= min_side) return denominator;
  }
  return 1;
}

// As libjpeg gives it: Adobe's convention, 255 is no ink.
void CmykToRgb(const uint8_t* cmyk, int pixels, uint8_t* rgb) {
  for (int i = 0; i < pixels; ++i) {
    const unsigned light = cmyk[i * 4 + 3];
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = 255u - cmyk[i * 4 + c];
      const unsigned product = ink * light + 128;
      rgb[i * 3 + c] = static_cast<uint8_t>(light - (((product >> 8) + product) >> 8));
    }
  }
}

bool ReadPixels(JpegReader& reader, uint8_t* rgb) {
  if (!reader.is_cmyk()) return reader.ReadRows(rgb);
  std::vector<uint8_t> row(static_cast<size_t>(reader.width()) * 4);
  for (int y = 0; y < reader.height(); ++y) {
    if (!reader.ReadRow(row.data())) return false;
    CmykToRgb(row.data(), reader.width(), rgb + static_cast<size_t>(y) * reader.width() * 3);
  }
  return true;
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeJpeg(ByteSpan bytes, const DecodeOptions& options) {
  JpegReader reader;
  if (!reader.ReadHeader(bytes)) return reader.status();
  const int width = reader.full_width();
  const int height = reader.full_height();
  if (auto s = CheckDimensions(kFormat, width, height, options); !s.ok()) return s;
  const int orientation = reader.orientation();  // now: finishing forgets the markers
  if (reader.components() == 2 || reader.components() > 4) {
    return Unsupported(kFormat, fmt::format("{} colour components", reader.components()));
  }
  if (!reader.Start(Denominator(std::min(width, height), options.min_short_side))) {
    return reader.status();
  }
  Image image = NewImage(reader.width(), reader.height());
  if (!ReadPixels(reader, image.rgb.data()) || !reader.Finish()) return reader.status();
  DecodedImage decoded = MakeDecoded(kFormat, std::move(image), orientation);
  const bool turned = orientation >= 5;
  decoded.full_width = turned ? height : width;
  decoded.full_height = turned ? width : height;
  return decoded;
}

}  // namespace imago
