#include "embed/prompt_bank.h"

#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "query/classify.h"

namespace imago {
namespace {

using testing::HasSubstr;

TEST(PromptBank, EverySetIsFitToUse) {
  for (const PromptSet& set : PromptBank()) {
    const auto templates = TemplatesOf(std::string(set.name));
    ASSERT_TRUE(templates.ok()) << set.name;
    EXPECT_TRUE(CheckLabelPrompts({{"cat"}, *templates}).ok()) << set.name;
    EXPECT_EQ(std::set<std::string>(templates->begin(), templates->end()).size(), templates->size())
        << set.name;
  }
  EXPECT_TRUE(TemplatesOf(kDefaultPrompts).ok());
}

TEST(PromptBank, HasThePublishedSets) {
  const auto all = TemplatesOf("imagenet80").value();
  ASSERT_EQ(all.size(), 80u);
  EXPECT_EQ(all.front(), "a bad photo of a {}.");
  EXPECT_EQ(all.back(), "a tattoo of the {}.");
  EXPECT_EQ(TemplatesOf("name").value(), std::vector<std::string>{"{}"});
  EXPECT_EQ(TemplatesOf("photo").value(), std::vector<std::string>{"a photo of a {}."});
  EXPECT_EQ(TemplatesOf("digit").value(),
            std::vector<std::string>{"a photo of the number: \"{}\"."});
  const std::vector<std::pair<std::string, size_t>> sizes = {
      {"best7", 7}, {"aircraft", 2}, {"car", 8}, {"texture", 8}, {"satellite", 3}, {"action", 28}};
  for (const auto& [name, size] : sizes) EXPECT_EQ(TemplatesOf(name)->size(), size) << name;
  const auto best = TemplatesOf("best7").value();
  for (const std::string& one : best) {
    EXPECT_NE(std::find(all.begin(), all.end(), one), all.end()) << one;
  }
}

TEST(PromptBank, NamesTheSetsThatThereAre) {
  const auto templates = TemplatesOf("pets");
  EXPECT_TRUE(absl::IsInvalidArgument(templates.status()));
  EXPECT_THAT(std::string(templates.status().message()), HasSubstr("prompts: there is no set"));
  EXPECT_THAT(std::string(templates.status().message()), HasSubstr("pet, food"));
}

TEST(PromptBank, PutsTheLabelInItsPlace) {
  EXPECT_EQ(FillTemplate("a {} here", "cat"), "a cat here");
  EXPECT_EQ(FillTemplate("{}", "{}"), "{}");
}

}  // namespace
}  // namespace imago
