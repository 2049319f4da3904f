#include "embed/contact_sheet.h"

#include <algorithm>

#include "embed/decode_image.h"
#include "opencv2/imgproc.hpp"

namespace imago {
namespace {

constexpr int kPicture = 224;
constexpr int kLabel = 24;
constexpr int kGap = 8;

// The built-in font knows only ASCII.
std::string Printable(const std::string& label, size_t max_length) {
  std::string text;
  for (const unsigned char c : label) {
    if (c >= 32 && c < 127) {
      text += static_cast<char>(c);
    } else if ((c & 0xC0) != 0x80) {
      text += '?';
    }
  }
  return text.size() <= max_length ? text : text.substr(0, max_length - 2) + "..";
}

void DrawCell(const SheetCell& cell, const Image& picture, cv::Mat area) {
  const cv::Mat source(picture.height, picture.width, CV_8UC3,
                       const_cast<uint8_t*>(picture.rgb.data()));
  const double scale =
      std::min(1.0, static_cast<double>(kPicture) / std::max(picture.width, picture.height));
  const int width = std::max(1, static_cast<int>(picture.width * scale));
  const int height = std::max(1, static_cast<int>(picture.height * scale));
  cv::Mat target = area(cv::Rect((kPicture - width) / 2, (kPicture - height) / 2, width, height));
  cv::resize(source, target, target.size(), 0, 0, cv::INTER_AREA);
  cv::putText(area, Printable(cell.label, 30), cv::Point(2, kPicture + 16),
              cv::FONT_HERSHEY_SIMPLEX, 0.42, cv::Scalar(40, 40, 40), 1, cv::LINE_AA);
}

}  // namespace

absl::StatusOr<std::string> MakeContactSheet(const std::vector<SheetCell>& cells, int columns) {
  if (cells.empty()) return absl::InvalidArgumentError("a contact sheet needs a picture");
  columns = std::clamp<int>(columns, 1, static_cast<int>(cells.size()));
  const int rows = (static_cast<int>(cells.size()) + columns - 1) / columns;
  Image sheet;
  sheet.width = kGap + columns * (kPicture + kGap);
  sheet.height = kGap + rows * (kPicture + kLabel + kGap);
  sheet.rgb.assign(static_cast<size_t>(sheet.width) * sheet.height * 3, 250);
  cv::Mat canvas(sheet.height, sheet.width, CV_8UC3, sheet.rgb.data());
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string& bytes = cells[i].picture;
    auto decoded = DecodeImage({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    if (!decoded.ok()) return decoded.status();
    const int x = kGap + static_cast<int>(i) % columns * (kPicture + kGap);
    const int y = kGap + static_cast<int>(i) / columns * (kPicture + kLabel + kGap);
    DrawCell(cells[i], decoded->image, canvas(cv::Rect(x, y, kPicture, kPicture + kLabel)));
  }
  return EncodeJpeg(sheet);
}

}  // namespace imago
