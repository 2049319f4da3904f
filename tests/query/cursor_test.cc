#include "query/cursor.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

Query Asking(const std::string& text) {
  Query query;
  query.terms.push_back({.text = text});
  return query;
}

TEST(Cursor, ComesBackAsItWas) {
  const Query query = Asking("dog");
  const std::string text = EncodeCursor({-0.125f, "a/b \xff.jpg", 40}, query);
  const auto cursor = DecodeCursor(text, query);
  ASSERT_TRUE(cursor.ok()) << cursor.status();
  EXPECT_EQ(cursor->raw_score, -0.125f);
  EXPECT_EQ(cursor->item_id, "a/b \xff.jpg");
  EXPECT_EQ(cursor->returned, 40u);
}

TEST(Cursor, BelongsToOneQuery) {
  const std::string text = EncodeCursor({0.5f, "a", 1}, Asking("dog"));
  Query other_limit = Asking("dog");
  other_limit.limit = 5;
  EXPECT_TRUE(DecodeCursor(text, other_limit).ok());
  EXPECT_FALSE(DecodeCursor(text, Asking("cat")).ok());
  Query filtered = Asking("dog");
  filtered.filter = *Filter::Parse(R"({"must":[{"key":"a","match":1}]})");
  EXPECT_FALSE(DecodeCursor(text, filtered).ok());
}

TEST(Cursor, RefusesDamagedText) {
  const Query query = Asking("dog");
  std::string text = EncodeCursor({0.5f, "a", 1}, query);
  for (const std::string& bad : {std::string("?"), std::string("AAAA"), text.substr(0, 20)}) {
    EXPECT_EQ(DecodeCursor(bad, query).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace imago
