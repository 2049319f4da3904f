#include "embed/pair_report.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PairReport, ShowsCurvesNumbersAndConfiguration) {
  PairReport report;
  report.model = "tiny@12345678";
  report.held_out = {{10, 12.5}, {20, 40}};
  report.held_out_pictures = 8;
  report.held_out_labels = 4;
  report.recall = 40;
  TrainPairOptions options;
  options.model.name = "<tiny>";
  options.config_json = "{\"steps\": 20, \"a\": \"<b>\"}";
  const LossPoint losses[] = {{0, 4.5, 0.1, 14}, {1, 3.5, 0.1, 14}};
  const std::string html = PairReportHtml(report, losses, options);
  EXPECT_THAT(html, HasSubstr("step 1, loss 3.5000"));
  EXPECT_THAT(html, HasSubstr("after 20 steps: 40.00 %"));
  EXPECT_THAT(html, HasSubstr("40.0 % of 8 pictures among 4 labels (chance 25.00 %)"));
  EXPECT_THAT(html, HasSubstr("&quot;steps&quot;: 20"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, Not(HasSubstr("<tiny>")));
}

TEST(HeldOutTable, ComesBackAsItWas) {
  const std::vector<HeldOutPoint> points = {{100, 3.25}, {200, 41.0 / 3}};
  const auto back = ParseHeldOutTable(HeldOutTable(points));
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].step, 200);
  EXPECT_EQ((*back)[1].recall, 41.0 / 3);
}

TEST(HeldOutTable, RefusesWhatIsNone) {
  for (const char* text : {"", "step", "step\trecall\n1\n", "step\trecall\n1\tx\n"}) {
    EXPECT_EQ(ParseHeldOutTable(text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace imago
