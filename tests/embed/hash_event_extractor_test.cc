#include "embed/event_extractor.h"
#include "gmock/gmock.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

std::unique_ptr<EventExtractor> Twin() {
  return NewHashEventExtractor(EventOntology::House().value());
}

// A picture whose halves have these colours.
Image Halves(const Colour& left, const Colour& right) {
  Image image = PlainImage(left, 8, 6);
  const Image other = PlainImage(right, 8, 6);
  for (int y = 0; y < 6; ++y) {
    const auto row = other.rgb.begin() + y * 24;
    std::copy(row + 12, row + 24, image.rgb.begin() + y * 24 + 12);
  }
  return image;
}

TEST(HashEventExtractor, SeesWhoIsLeftAndWhoIsRight) {
  const auto events = Twin()->Extract(ImageContent{Halves(kBlue, kRed)}).value();
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

TEST(HashEventExtractor, GivesTheNearestColoursAsAlternatives) {
  // Between red and orange.
  const auto events = Twin()->Extract(ImageContent{Halves({255, 70, 0}, kBlue)}).value();
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

TEST(HashEventExtractor, SeesNothingInOneColourAndReadsTextsByTheRules) {
  EXPECT_TRUE(Twin()->Extract(ImageContent{PlainImage(kRed)}).value().empty());
  EXPECT_TRUE(Twin()->Extract(ImageContent{}).value().empty());
  EXPECT_EQ(Twin()->Extract(TextContent{"Police arrested a man."}).value().at(0).type, "Arrest");
}

TEST(OpenEventExtractor, ChoosesByTheBundle) {
  const std::string dir = MakeTempDir();
  const auto ontology = EventOntology::House().value();
  EXPECT_FALSE(OpenEventExtractor(dir, ontology).ok());
  WriteTestFile(dir + "/model.json",
                R"({"format":1,"family":"hash","name":"hash","dim":64,
                    "preprocess":{"size":32,"mode":"short_side","mean":[0,0,0],"std":[1,1,1]}})");
  const auto twin = OpenEventExtractor(dir, ontology);
  ASSERT_TRUE(twin.ok()) << twin.status();
  EXPECT_TRUE((*twin)->Extract(ImageContent{PlainImage(kRed)}).ok());
}

}  // namespace
}  // namespace imago
