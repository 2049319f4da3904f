#include "query/edit.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(Edit, LimitsIds) {
  EXPECT_TRUE(CheckId("a/b c.jpg").ok());
  EXPECT_TRUE(CheckId(std::string(512, 'x')).ok());
  for (const std::string& id : {std::string(), std::string(513, 'x'), std::string("a\nb"),
                                std::string("a\0b", 3), std::string("\xff"), std::string("\x7f")}) {
    EXPECT_EQ(CheckId(id).code(), absl::StatusCode::kInvalidArgument) << id;
  }
}

TEST(Edit, TakesMetadataThatAreOneSmallObject) {
  EXPECT_EQ(CheckMetadata("{ \"b\" : 1, \"a\" : [2] }").value(), R"({"b":1,"a":[2]})");
  const std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  for (const std::string& json :
       {std::string("[]"), std::string("{"), std::string(R"({"a":1,"a":2})"), deep,
        "{\"a\":\"" + std::string(70'000, 'x') + "\"}", std::string("{\"a\":\"\xff\"}")}) {
    EXPECT_FALSE(CheckMetadata(json).ok()) << json.substr(0, 50);
  }
}

TEST(Edit, MergesMetadataAndReplacesTheCaption) {
  Item item;
  item.caption = "old";
  item.metadata_json = R"({"a":1,"b":{"c":2,"d":3}})";
  const auto patched = PatchItem(item, R"({"caption":"new","metadata":{"a":null,"b":{"c":5}}})");
  ASSERT_TRUE(patched.ok()) << patched.status();
  EXPECT_EQ(patched->caption, "new");
  EXPECT_EQ(patched->metadata_json, R"({"b":{"c":5,"d":3}})");
}

TEST(Edit, LeavesAloneWhatThePatchDoesNotName) {
  Item item;
  item.caption = "old";
  item.metadata_json = R"({"a":1})";
  EXPECT_EQ(PatchItem(item, "{}").value(), item);
  EXPECT_EQ(PatchItem(item, R"({"metadata":{"b":2}})")->caption, "old");
  EXPECT_EQ(PatchItem(item, R"({"metadata":null})")->metadata_json, "{}");
  EXPECT_EQ(PatchItem(item, R"({"caption":null})")->caption, "");
}

TEST(Edit, RefusesOtherPatches) {
  const Item item;
  for (const char* patch : {"", "[]", R"({"id":"x"})", R"({"caption":1})", R"({"metadata":[]})"}) {
    EXPECT_EQ(PatchItem(item, patch).status().code(), absl::StatusCode::kInvalidArgument) << patch;
  }
}

}  // namespace
}  // namespace imago
