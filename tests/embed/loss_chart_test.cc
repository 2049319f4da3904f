#include "embed/loss_chart.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<LossPoint> kPoints = {{0, 5.5, 1e-4, 14}, {1, 4.25, 2e-4, 14.5}, {2, 3, 0, 15}};

TEST(LossTable, HasALineForEachPoint) {
  EXPECT_EQ(LossTable(kPoints),
            "step\tloss\tlearning_rate\tlogit_scale\n"
            "0\t5.500000\t0.0001\t14.0000\n"
            "1\t4.250000\t0.0002\t14.5000\n"
            "2\t3.000000\t0\t15.0000\n");
}

TEST(LossChart, ShowsEveryPointWithItsNumbers) {
  const std::string page = LossChart(kPoints, "run <1> & more");
  EXPECT_THAT(page, HasSubstr("step 0, loss 5.5000, rate 0.0001, scale 14.00"));
  EXPECT_THAT(page, HasSubstr("step 1, loss 4.2500, rate 0.0002, scale 14.50"));
  EXPECT_THAT(page, HasSubstr("step 2, loss 3.0000, rate 0, scale 15.00"));
  // The first at the top left of the axes, the last at the bottom right.
  EXPECT_THAT(page, HasSubstr("<circle cx='48.0' cy='48.0'"));
  EXPECT_THAT(page, HasSubstr("<circle cx='752.0' cy='312.0'"));
  EXPECT_THAT(page, HasSubstr("run &lt;1&gt; &amp; more"));
}

TEST(LossChart, NeedsNothingFromElsewhere) {
  const std::string page = LossChart(kPoints, "run");
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(LossChart, HoldsWithoutPointsOrWithOne) {
  EXPECT_THAT(LossChart({}, "run"), Not(HasSubstr("nan")));
  EXPECT_THAT(LossChart(absl::MakeConstSpan(kPoints).subspan(0, 1), "run"), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace imago
