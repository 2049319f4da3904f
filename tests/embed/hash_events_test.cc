#include "embed/hash_events.h"

#include <algorithm>

#include "embed/encoder.h"
#include "gtest/gtest.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

// A picture whose halves have these colours.
Image Halves(const std::array<uint8_t, 3>& left, const std::array<uint8_t, 3>& right) {
  Image image = PlainImage(left, 8, 6);
  const Image other = PlainImage(right, 8, 6);
  for (int y = 0; y < 6; ++y) {
    const auto row = other.rgb.begin() + y * 24;
    std::copy(row + 12, row + 24, image.rgb.begin() + y * 24 + 12);
  }
  return image;
}

TEST(HashEvents, TellWhoIsLeftAndWhoIsRight) {
  const auto events = HashEvents(Halves(kBlue, kRed));
  ASSERT_EQ(events.size(), 1u);
  const Event& event = events[0];
  EXPECT_TRUE(CheckEvent(event).ok());
  EXPECT_EQ(event.source, EventSource::kPicture);
  EXPECT_EQ(event.arguments.at(0).role, "Agent");
  EXPECT_EQ(event.arguments.at(0).filler, "blue");
  EXPECT_EQ(event.arguments.at(0).region, (Region{0, 0, 0.5, 1}));
  EXPECT_EQ(event.arguments.back().role, "Person");
  EXPECT_EQ(event.arguments.back().region, (Region{0.5, 0, 1, 1}));
}

TEST(HashEvents, GiveTheNearestColoursAsAlternatives) {
  // Between red and orange.
  const auto events = HashEvents(Halves({255, 70, 0}, kBlue));
  ASSERT_EQ(events.size(), 1u);
  double sum = 0;
  int alternatives = 0;
  for (const EventArgument& one : events[0].arguments) {
    if (one.role != "Agent") continue;
    sum += one.confidence;
    ++alternatives;
  }
  EXPECT_GT(alternatives, 1);
  EXPECT_GT(sum, 0.85);
  EXPECT_LE(sum, 1.0001);
}

TEST(HashEvents, AreNoneInOneColour) {
  EXPECT_TRUE(HashEvents(PlainImage(kRed)).empty());
  EXPECT_TRUE(HashEvents(Image{}).empty());
}

TEST(HashEvents, ComeWithTheRowsOfTheHashEncoder) {
  const std::vector<Content> contents = {TextContent{"a man"}, ImageContent{Halves(kBlue, kRed)},
                                         ImageContent{PlainImage(kRed)}};
  const auto embeddings = NewHashEncoder()->Encode(contents);
  ASSERT_TRUE(embeddings.ok()) << embeddings.status();
  ASSERT_EQ(embeddings->events.size(), 3u);
  EXPECT_TRUE(embeddings->events[0].empty());
  EXPECT_EQ(embeddings->events[1], HashEvents(Halves(kBlue, kRed)));
  EXPECT_TRUE(embeddings->events[2].empty());
}

}  // namespace
}  // namespace imago
