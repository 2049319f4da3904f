#include "embed/train_texts.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::ElementsAre;

TEST(FillTemplate, ReplacesEachHoleByTheNextName) {
  EXPECT_EQ(FillTemplate("a {} and a {}.", {"cat", "dog"}), "a cat and a dog.");
  EXPECT_EQ(FillTemplate("{}", {"cat {}"}), "cat {}");
  EXPECT_EQ(FillTemplate("nothing", {"cat"}), "nothing");
}

TEST(FillTemplates, KeepsANamesTextsTogether) {
  const std::vector<std::string> names = {"cat", "dog"};
  EXPECT_THAT(FillTemplates(ClassTemplates().subspan(0, 2), names),
              ElementsAre("a photo of a cat.", "a cat", "a photo of a dog.", "a dog"));
}

TEST(LabelTemplates, StartWithTheClasses) {
  for (size_t i = 0; i < ClassTemplates().size(); ++i) {
    EXPECT_EQ(LabelTemplates()[i], ClassTemplates()[i]);
  }
  EXPECT_GT(LabelTemplates().size(), ClassTemplates().size());
}

TEST(DrawLabelPairs, DrawsDifferentLabelsBySquareRootOfTheirPhotos) {
  const std::vector<std::string> labels = {"cat", "dog", "cow"};
  const std::vector<int64_t> photos = {100, 1, 25};
  const auto pairs = DrawLabelPairs(labels, photos, 4000, 5);
  ASSERT_EQ(pairs.size(), 4000u);
  double cat_cow = 0;
  double dog_cow = 0;
  for (const LabelPair& pair : pairs) {
    EXPECT_NE(pair.first, pair.second);
    EXPECT_THAT(pair.text, testing::HasSubstr(labels[pair.first]));
    EXPECT_THAT(pair.text, testing::HasSubstr(labels[pair.second]));
    if (pair.first + pair.second == 2) ++cat_cow;
    if (pair.first + pair.second == 3) ++dog_cow;
  }
  EXPECT_NEAR(cat_cow / dog_cow, 10, 2.5);  // (10 * 5) / (1 * 5)
}

TEST(DrawLabelPairs, IsTheSameForTheSameSeed) {
  const std::vector<std::string> labels = {"cat", "dog", "cow"};
  const std::vector<int64_t> photos = {1, 1, 1};
  const auto texts = [&](uint64_t seed) {
    std::string all;
    for (const auto& pair : DrawLabelPairs(labels, photos, 20, seed)) all += pair.text + "\n";
    return all;
  };
  EXPECT_EQ(texts(1), texts(1));
  EXPECT_NE(texts(1), texts(2));
}

TEST(DrawLabelPairs, NeedsTwoLabels) {
  EXPECT_TRUE(DrawLabelPairs(std::vector<std::string>{"cat"}, {3}, 10, 1).empty());
}

TEST(ParseClassNames, TakesAnArrayOfStringsAndNothingElse) {
  const auto names = ParseClassNames(R"_(["tench", "kite (bird)"])_");
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("tench", "kite (bird)"));
  for (const char* bad : {"", "{}", "[1]", "[\"a\"", "\"a\""}) {
    EXPECT_EQ(ParseClassNames(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace imago
