#include "embed/eval_html.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using testing::HasSubstr;
using testing::Not;

EvalReport Report(double value) {
  EvalReport report;
  report.model = "m@1";
  report.metrics = {{"cats & dogs", "text to image R@1", value, {0.4, 0.6}, 0.01, -1, 50, 100}};
  report.prompts = {{"cats & dogs", "photo", 0.5, {0.4, 0.6}, 0.07, {0.02, 0.12}, 50, 2}};
  report.probes = {{"cats & dogs", 0.9, {0.8, 0.95}, 0.7, {0.6, 0.8}, 0.01, 40, 50, 2}};
  return report;
}

TEST(EvalReportsToHtml, ShowsEachModelsValueInItsColumn) {
  const std::string html =
      EvalReportsToHtml({{"this model", Report(0.512)}, {"seed <2>", Report(0.498)}});
  EXPECT_THAT(html, HasSubstr("cats &amp; dogs"));
  EXPECT_THAT(html, HasSubstr("seed &lt;2&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<2>")));
  EXPECT_THAT(html, HasSubstr("51.2"));
  EXPECT_THAT(html, HasSubstr("49.8"));
  EXPECT_THAT(html, HasSubstr("class=sure>+7.0"));
  EXPECT_THAT(html, HasSubstr("<svg"));
}

TEST(EvalReportsToHtml, ShowsConfusionsAndTheBaselineOfWords) {
  EvalReport report = Report(0.5);
  EXPECT_THAT(EvalReportsToHtml({{"m", report}}), Not(HasSubstr("Confusions")));
  report.metrics[0].words = 0.314;
  report.confusions = {{"cats & dogs", "a <cat>", "a dog", 17, 29}};
  const std::string html = EvalReportsToHtml({{"m", report}});
  EXPECT_THAT(html, HasSubstr("<td>31.4"));
  EXPECT_THAT(html, HasSubstr("<h2>Confusions</h2>"));
  EXPECT_THAT(html, HasSubstr("a &lt;cat&gt;<td class=left>a dog<td>17<td class=quiet>29"));
}

TEST(EvalReportToJson, AddsConfusionsAndWordsWhereThereAreAny) {
  EvalReport report = Report(0.5);
  const auto without = nlohmann::json::parse(EvalReportToJson(report));
  EXPECT_FALSE(without.contains("confusions"));
  EXPECT_FALSE(without["metrics"][0].contains("bag_of_words"));
  report.metrics[0].words = 0.25;
  report.confusions = {{"s", "cat", "dog", 17, 29}};
  const auto json = nlohmann::json::parse(EvalReportToJson(report));
  EXPECT_EQ(json["metrics"][0]["bag_of_words"], 0.25);
  EXPECT_EQ(json["confusions"][0]["label"], "cat");
  EXPECT_EQ(json["confusions"][0]["taken"], "dog");
  EXPECT_EQ(json["confusions"][0]["count"], 17);
  EXPECT_EQ(json["confusions"][0]["of"], 29);
}

TEST(EvalReportsToHtml, LeavesOutWhatWasNotMeasured) {
  EvalReport report = Report(0.5);
  report.prompts.clear();
  report.probes.clear();
  EvalReport other = Report(0.123);
  other.metrics[0].set = "horses";
  const std::string html = EvalReportsToHtml({{"this model", report}, {"other", other}});
  EXPECT_THAT(html, Not(HasSubstr("<svg")));
  EXPECT_THAT(html, Not(HasSubstr("12.3")));
}

TEST(EvalReportsToJson, HasTheNameAndAllFiguresOfEachReport) {
  const auto json = nlohmann::json::parse(EvalReportsToJson({{"this model", Report(0.5)}}));
  const auto& report = json["reports"][0];
  EXPECT_EQ(report["name"], "this model");
  EXPECT_EQ(report["metrics"][0]["value"], 0.5);
  EXPECT_EQ(report["metrics"][0]["interval95"][1], 0.6);
  EXPECT_EQ(report["prompts"][0]["gain_over_name"], 0.07);
  EXPECT_EQ(report["probes"][0]["trained_on"], 40);
}

}  // namespace
}  // namespace imago
