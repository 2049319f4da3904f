#include "query/instant.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

int64_t Seconds(std::string_view text) {
  const auto instant = ParseInstant(text);
  EXPECT_TRUE(instant.has_value()) << text;
  return instant ? instant->seconds : -1;
}

TEST(Instant, ReadsDatesTimesAndZones) {
  EXPECT_EQ(Seconds("1970-01-01"), 0);
  EXPECT_EQ(Seconds("1970-01-02T00:00:00Z"), 86400);
  EXPECT_EQ(Seconds("2024-02-29T12:30:15+02:00"), 1709202615);
  EXPECT_EQ(Seconds("2024-02-29 10:30:15"), 1709202615);
  EXPECT_EQ(Seconds("2024-02-29t10:30z"), 1709202600);
  EXPECT_EQ(Seconds("1969-12-31T23:59:59-00:00"), -1);
}

TEST(Instant, ComparesAcrossZonesAndFractions) {
  EXPECT_EQ(ParseInstant("2024-05-01T10:00:00+02:00"), ParseInstant("2024-05-01T08:00:00.000Z"));
  EXPECT_LT(*ParseInstant("2024-05-01T08:00:00.4Z"), *ParseInstant("2024-05-01T08:00:00.41Z"));
  EXPECT_EQ(ParseInstant("2024-01-01T00:00:00.1234567899Z")->nanos, 123456789);
}

TEST(Instant, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "2024", "2023-02-29", "2024-13-01", "2024-00-10", "24-01-01", "2024-01-01T",
        "2024-01-01T25:00Z", "2024-01-01T10:00:00.Z", "2024-01-01T10:00:00+2:00",
        "2024-01-01T10:00:00Zx", "2024-01-01x", "2024/01/01", "2024-01-01T10:60Z", "+024-01-01"}) {
    EXPECT_FALSE(ParseInstant(text).has_value()) << text;
  }
}

TEST(Instant, FormatsWhatItReads) {
  EXPECT_EQ(FormatInstant(1709202615042), "2024-02-29T10:30:15.042Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999Z");
  for (const int64_t ms : {INT64_MIN, INT64_MAX}) EXPECT_TRUE(ParseInstant(FormatInstant(ms)));
}

}  // namespace
}  // namespace imago
