#include "embed/starter_card.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using testing::HasSubstr;

TEST(StarterCard, SaysWhatTheBundleCameFrom) {
  TrainClipOptions options;
  options.date = "2001-02-03";
  TrainReport report;
  report.photos = 12;
  report.labels = 3;
  report.test_photos = 5;
  report.test_names = 4;
  report.test_top1 = 60;
  report.test_top5 = 100;
  const auto card = nlohmann::json::parse(StarterCardJson(options, report, {"here", "there"}));
  EXPECT_EQ(card["initialised_from"][0]["name"], "EfficientNet-Lite2");
  EXPECT_EQ(card["trained_on"]["what"], "12 freely licensed photos with 3 labels");
  EXPECT_EQ(card["trained_on"]["sources"], (std::vector<std::string>{"here", "there"}));
  const std::string text = StarterCardText(options, report, {"here", "there"});
  for (const char* part : {"EfficientNet-Lite2", "all-MiniLM-L6-v2", "here, there", "2001-02-03",
                           "60.0 % / 100.0 % (chance 25.00 % / 100.00 %)"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, HasSubstr("Both are frozen"));
  EXPECT_THAT(StarterNotice(options), HasSubstr("Apache License 2.0"));
  EXPECT_THAT(StarterNotice(options), HasSubstr("unchanged but for"));
}

TEST(StarterCard, SaysThatTheFirstNetworkWasTuned) {
  TrainClipOptions options;
  options.tune_steps = 10;
  TrainReport report;
  report.tune_pictures = 77;
  report.tune_labels = 8;
  EXPECT_THAT(StarterCardText(options, report, {}), HasSubstr("on 77 pictures with 8 labels"));
  EXPECT_THAT(StarterNotice(options), HasSubstr("trained further"));
}

}  // namespace
}  // namespace imago
