#include "embed/picture_events.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace imago {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const PictureEventVocabulary kWords = {{{"Arrest", {"Agent", "Person"}}, {"Treatment", {"Agent"}}},
                                       {"police officer", "man", "pair of glasses"}};

// An arrest of a man by somebody who is probably a police officer.
PictureReading Arrest() {
  PictureReading reading;
  reading.types = {0.7f, 0.1f, 0.2f};
  reading.fillers = {{{0.6f, 0.3f, 0.02f, 0.08f}, {0.0f, 0.9f, 0.1f, 0.0f}, {1, 0, 0, 0}}};
  reading.regions = {{{0.1, 0.2, 0.4, 0.9}, {0.5, 0.2, 0.8, 0.9}, {0, 0, 1, 1}}};
  return reading;
}

TEST(EventsOf, TellsTypeFillersAndRegions) {
  const std::vector<Event> events = EventsOf(kWords, Arrest());
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].type, "Arrest");
  EXPECT_EQ(events[0].source, EventSource::kPicture);
  EXPECT_NEAR(events[0].confidence, 0.7, 1e-6);
  ASSERT_THAT(events[0].arguments, SizeIs(4)) << "two alternatives for each of two roles";
  EXPECT_EQ(events[0].arguments[0].role, "Agent");
  EXPECT_EQ(events[0].arguments[0].filler, "police officer");
  EXPECT_EQ(events[0].arguments[0].head, "officer");
  EXPECT_NEAR(events[0].arguments[0].confidence, 0.6, 1e-6);
  EXPECT_EQ(events[0].arguments[0].region, (Region{0.1, 0.2, 0.4, 0.9}));
  EXPECT_EQ(events[0].arguments[1].filler, "man");
  EXPECT_EQ(events[0].arguments[2].role, "Person");
  EXPECT_EQ(events[0].arguments[2].region, (Region{0.5, 0.2, 0.8, 0.9}));
  EXPECT_EQ(events[0].arguments[3].head, "pair") << "what stands before \"of\"";
}

TEST(EventsOf, SeesNothingWhereNothingIsMostProbable) {
  PictureReading reading = Arrest();
  reading.types = {0.4f, 0.1f, 0.5f};
  EXPECT_THAT(EventsOf(kWords, reading), IsEmpty());
}

TEST(EventsOf, LeavesOutWhatIsImprobable) {
  PictureReading reading = Arrest();
  reading.types = {0.15f, 0.8f, 0.05f};
  const std::vector<Event> events = EventsOf(kWords, reading);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].type, "Treatment");
  EXPECT_THAT(EventsOf(kWords, reading, 0.1), SizeIs(2));
}

TEST(EventsOf, LeavesARoleOpenThatNothingFills) {
  PictureReading reading = Arrest();
  reading.fillers[1] = {0.1f, 0.3f, 0.0f, 0.6f};
  const std::vector<Event> events = EventsOf(kWords, reading);
  ASSERT_THAT(events, SizeIs(1));
  for (const EventArgument& argument : events[0].arguments) EXPECT_EQ(argument.role, "Agent");
}

TEST(EventsOf, PutsBoxesInOrderAndIntoThePicture) {
  PictureReading reading = Arrest();
  reading.regions[0] = {0.6, -0.5, 0.2, 1.5};
  EXPECT_EQ(EventsOf(kWords, reading)[0].arguments[0].region, (Region{0.2, 0, 0.6, 1}));
}

TEST(EventsOf, MakesEventsThatMayBeStored) {
  for (const Event& event : EventsOf(kWords, Arrest())) {
    EXPECT_TRUE(CheckEvent(event).ok()) << CheckEvent(event);
  }
}

}  // namespace
}  // namespace imago
