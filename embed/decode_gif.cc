#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "embed/decode_formats.h"
#include "fmt/format.h"
#include "gif_lib.h"

namespace imago {
namespace {

constexpr ImageFormat kFormat = ImageFormat::kGif;

struct GifCloser {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using GifFile = std::unique_ptr<GifFileType, GifCloser>;

int OnRead(GifFileType* gif, GifByteType* out, int size) {
  ByteSpan* left = static_cast<ByteSpan*>(gif->UserData);
  const size_t n = std::min(left->size(), static_cast<size_t>(size));
  std::memcpy(out, left->data(), n);
  left->remove_prefix(n);
  return static_cast<int>(n);
}

absl::Status GifError(int code) {
  const char* text = GifErrorString(code);
  return Corrupt(kFormat, text != nullptr ? text : "bad structure");
}

// Reads one extension; a graphics control block sets the transparent colour of the next frame.
absl::Status ReadExtension(GifFileType* gif, int* transparent) {
  int function = 0;
  GifByteType* block = nullptr;
  if (DGifGetExtension(gif, &function, &block) == GIF_ERROR) return GifError(gif->Error);
  while (block != nullptr) {
    GraphicsControlBlock control;
    const bool is_control = function == GRAPHICS_EXT_FUNC_CODE &&
                            DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK;
    if (is_control) *transparent = control.TransparentColor;
    if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return GifError(gif->Error);
  }
  return absl::OkStatus();
}

// Reads on until the description of the first frame.
absl::Status FindFrame(GifFileType* gif, int* transparent) {
  while (true) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif, &record) == GIF_ERROR) return GifError(gif->Error);
    if (record == EXTENSION_RECORD_TYPE) {
      if (auto s = ReadExtension(gif, transparent); !s.ok()) return s;
    } else if (record == IMAGE_DESC_RECORD_TYPE) {
      if (DGifGetImageDesc(gif) == GIF_ERROR) return GifError(gif->Error);
      return absl::OkStatus();
    } else {
      return Corrupt(kFormat, "no frame");
    }
  }
}

// The rows of a frame in the order they are stored.
std::vector<int> RowOrder(int height, bool interlaced) {
  constexpr struct {
    int first, step;
  } kPasses[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  std::vector<int> rows;
  rows.reserve(height);
  if (interlaced) {
    for (const auto& pass : kPasses) {
      for (int y = pass.first; y < height; y += pass.step) rows.push_back(y);
    }
  } else {
    for (int y = 0; y < height; ++y) rows.push_back(y);
  }
  return rows;
}

struct Palette {
  const ColorMapObject* colors;
  int transparent;  // this one is left as it is; -1: none
};

absl::Status PaintRow(const std::vector<GifPixelType>& indexes, const Palette& palette,
                      uint8_t* rgb) {
  for (size_t x = 0; x < indexes.size(); ++x) {
    const int index = indexes[x];
    if (index == palette.transparent) continue;
    if (index >= palette.colors->ColorCount) {
      return Corrupt(kFormat, fmt::format("colour {} of {}", index, palette.colors->ColorCount));
    }
    const GifColorType& color = palette.colors->Colors[index];
    rgb[x * 3] = color.Red;
    rgb[x * 3 + 1] = color.Green;
    rgb[x * 3 + 2] = color.Blue;
  }
  return absl::OkStatus();
}

absl::Status PaintFrame(GifFileType* gif, int transparent, Image& canvas) {
  const GifImageDesc& frame = gif->Image;
  const Palette palette = {frame.ColorMap != nullptr ? frame.ColorMap : gif->SColorMap,
                           transparent};
  if (palette.colors == nullptr) return Corrupt(kFormat, "no colour table");
  std::vector<GifPixelType> row(frame.Width);
  for (const int y : RowOrder(frame.Height, frame.Interlace)) {
    if (DGifGetLine(gif, row.data(), frame.Width) == GIF_ERROR) return GifError(gif->Error);
    const size_t at = static_cast<size_t>(frame.Top + y) * canvas.width + frame.Left;
    if (auto s = PaintRow(row, palette, &canvas.rgb[at * 3]); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedImage> DecodeGif(ByteSpan bytes, const DecodeOptions& options) {
  ByteSpan left = bytes;
  int error = 0;
  const GifFile gif(DGifOpen(&left, OnRead, &error));
  if (gif == nullptr) return GifError(error);
  if (auto s = CheckDimensions(kFormat, gif->SWidth, gif->SHeight, options); !s.ok()) return s;
  int transparent = NO_TRANSPARENT_COLOR;
  if (auto s = FindFrame(gif.get(), &transparent); !s.ok()) return s;
  // A frame larger than the screen enlarges it, as in browsers.
  const GifImageDesc& frame = gif->Image;
  const int width = std::max(gif->SWidth, frame.Left + frame.Width);
  const int height = std::max(gif->SHeight, frame.Top + frame.Height);
  if (auto s = CheckDimensions(kFormat, width, height, options); !s.ok()) return s;
  if (auto s = CheckDimensions(kFormat, frame.Width, frame.Height, options); !s.ok()) return s;
  Image canvas = NewImage(width, height);
  std::memset(canvas.rgb.data(), 255, canvas.rgb.size());
  if (auto s = PaintFrame(gif.get(), transparent, canvas); !s.ok()) return s;
  return MakeDecoded(kFormat, std::move(canvas), 1);
}

}  // namespace imago
