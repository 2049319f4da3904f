#include "embed/strict_json.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(StrictJson, TakesOrdinaryValues) {
  for (const char* text : {"{}", "[1, -2.5, true, null, \"x\"]", R"({"a":{"a":1},"b":{"a":2}})"}) {
    EXPECT_TRUE(CheckStrictJson(text).ok()) << text;
  }
}

TEST(StrictJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{}{}", "{} x", "{'a':1}", "[1,]", "nul", "\"\xff\"", "01"}) {
    EXPECT_EQ(CheckStrictJson(text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(StrictJson, RefusesAKeyGivenTwiceAtAnyDepth) {
  EXPECT_FALSE(CheckStrictJson(R"({"a":1,"a":1})").ok());
  const absl::Status deep = CheckStrictJson(R"([{"x":[{"k":1,"b":2,"k":3}]}])");
  EXPECT_EQ(deep.message(), "the key \"k\" occurs twice in one object");
}

TEST(StrictJson, SeesThroughEscapedKeys) {
  EXPECT_FALSE(CheckStrictJson(R"({"a":1,"\u0061":2})").ok());
}

TEST(StrictJson, LimitsDepth) {
  EXPECT_TRUE(CheckStrictJson("[[[]]]", 3).ok());
  EXPECT_FALSE(CheckStrictJson("[[[]]]", 2).ok());
  EXPECT_FALSE(CheckStrictJson(std::string(100000, '[')).ok());
}

}  // namespace
}  // namespace imago
