#include "embed/eval_sheet.h"

#include "absl/strings/escaping.h"
#include "embed/decode_image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;
using testing::Not;

class Sheet : public testing::Test {
 protected:
  Sheet() {
    WriteTestFile(red_, PlainBmp(kRed, 400, 200));
    WriteTestFile(blue_, PlainBmp(kBlue));
    report_.model = "m@1";
  }

  const std::string dir_ = MakeTempDir();
  const std::string red_ = dir_ + "/red.bmp";
  const std::string blue_ = dir_ + "/blue.bmp";
  EvalReport report_;
};

TEST_F(Sheet, ShowsWhatWasTakenForWhat) {
  report_.samples = {
      {"cats & dogs",
       7,
       9,
       {{0, true, "a <red>", red_, "a <red>", ""}, {1, false, "a red", red_, "a blue", ""}}}};
  const auto html = EvalSheetToHtml(report_);
  ASSERT_TRUE(html.ok()) << html.status();
  EXPECT_THAT(*html, HasSubstr("<h2>cats &amp; dogs</h2>"));
  EXPECT_THAT(*html, HasSubstr("1 of 7 hits"));
  EXPECT_THAT(*html, HasSubstr("1 of 9 misses"));
  EXPECT_THAT(*html, HasSubstr("a &lt;red&gt;</div>"));
  EXPECT_THAT(*html, HasSubstr("a red<br><span class=quiet>not</span> a blue"));
  EXPECT_THAT(*html, Not(HasSubstr(dir_)));
}

TEST_F(Sheet, ShowsTheRightPictureBesideTheFirst) {
  report_.samples = {{"captions", 0, 1, {{0, false, "a red wall", red_, "", blue_}}}};
  const auto html = EvalSheetToHtml(report_);
  ASSERT_TRUE(html.ok()) << html.status();
  EXPECT_LT(html->find("came first"), html->find("should have"));
  const size_t begin = html->rfind("base64,") + 7;
  std::string jpeg;
  ASSERT_TRUE(absl::Base64Unescape(html->substr(begin, html->find('\'', begin) - begin), &jpeg));
  const auto own = DecodeImage({reinterpret_cast<const uint8_t*>(jpeg.data()), jpeg.size()});
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->image.width, 144);
  EXPECT_EQ(own->image.height, 72);
  EXPECT_NEAR(own->image.rgb[0], kRed[0], 4);
}

TEST_F(Sheet, NamesAPictureThatIsGone) {
  report_.samples = {{"captions", 1, 0, {{0, true, "x", dir_ + "/gone.bmp", "x", ""}}}};
  EXPECT_THAT(std::string(EvalSheetToHtml(report_).status().message()), HasSubstr("gone.bmp"));
}

}  // namespace
}  // namespace imago
