#include "index/item_events.h"

#include <filesystem>

#include "index/importer.h"
#include "tests/index/collection_fixture.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const EventExtractor& Rules() {
  static const auto* rules = NewRuleExtractor(EventOntology::House().value()).release();
  return *rules;
}

CollectionOptions WithRules() {
  CollectionOptions options;
  options.extractor = &Rules();
  return options;
}

Event Seen(const std::string& type) {
  Event event;
  event.type = type;
  event.source = EventSource::kPicture;
  event.confidence = 0.5;
  return event;
}

std::vector<std::string> Types(const std::vector<Event>& events) {
  std::vector<std::string> types;
  for (const Event& event : events) types.push_back(event.type);
  return types;
}

// Of the item as readers find it, which must be as it is stored.
std::vector<std::string> TypesOf(const Collection& collection, const std::string& id) {
  const Item stored = collection.store().GetItem(id).value();
  const auto snapshot = collection.snapshot();
  for (const SegmentView& view : snapshot->segments) {
    for (size_t i = 0; i < view.segment->items.size(); ++i) {
      if (!view.live_items->Get(i) || view.segment->items[i]->item.id != id) continue;
      EXPECT_EQ(view.segment->items[i]->item, stored);
    }
  }
  return Types(stored.events);
}

TEST(ItemEvents, OfEachLineOfACaptionAreReadWithTheirPlaces) {
  Item item;
  item.caption = "Police arrested a man\n\nA woman vaccinates a girl";
  ReadCaptionEvents(Rules(), item);
  ASSERT_THAT(Types(item.events), ElementsAre("Arrest", "Vaccination"));
  const Event& second = item.events[1];
  EXPECT_EQ(item.caption.substr(second.trigger_span.begin, 10), "vaccinates");
  for (const EventArgument& one : second.arguments) {
    EXPECT_EQ(item.caption.substr(one.span.begin, one.span.end - one.span.begin), one.filler);
    EXPECT_EQ(item.caption.substr(one.head_span.begin, one.head.size()), one.head);
  }
}

TEST(ItemEvents, AreReadWhenAnItemIsWrittenAndWhenItsCaptionChanges) {
  const std::string dir = MakeTempDir();
  auto collection = OpenTestCollection(dir, WithRules());
  Entry entry = MakeEntry("a", 1, "Police arrested a man.");
  entry.item.events = {Seen("Attack")};
  ASSERT_TRUE(collection->Write({entry, MakeEntry("b", 2, "A red car.")}).ok());
  EXPECT_THAT(TypesOf(*collection, "a"), ElementsAre("Arrest", "Attack"));
  EXPECT_THAT(TypesOf(*collection, "b"), IsEmpty());

  Item changed = collection->store().GetItem("a").value();
  changed.caption = "A woman vaccinates a girl.";
  ASSERT_TRUE(collection->UpdateItem(changed).ok());
  EXPECT_THAT(TypesOf(*collection, "a"), ElementsAre("Vaccination", "Attack"));
  changed.caption = "";
  ASSERT_TRUE(collection->UpdateItem(changed).ok());
  EXPECT_THAT(TypesOf(*collection, "a"), ElementsAre("Attack"));
  collection.reset();
  EXPECT_THAT(Verify(dir), IsEmpty());
}

TEST(ItemEvents, OutliveARestartWithAndWithoutTheFilesOfTheIndex) {
  const std::string dir = MakeTempDir();
  OpenTestCollection(dir, WithRules())
      ->Write({MakeEntry("a", 1, "Police arrested a man.")})
      .IgnoreError();
  EXPECT_THAT(TypesOf(*OpenTestCollection(dir), "a"), ElementsAre("Arrest"));
  std::filesystem::remove_all(dir + "/index");
  EXPECT_THAT(TypesOf(*OpenTestCollection(dir), "a"), ElementsAre("Arrest"));
}

TEST(ItemEvents, OfEarlierItemsAreReadWhenAskedFor) {
  const std::string dir = MakeTempDir();
  std::vector<Entry> entries;
  for (uint32_t i = 0; i < 1300; ++i) {
    entries.push_back(MakeEntry(std::to_string(i), i, i % 2 ? "Police arrested a man." : ""));
  }
  ASSERT_TRUE(OpenTestCollection(dir)->Write(std::move(entries)).ok());
  EXPECT_THAT(Verify(dir), IsEmpty());
  auto collection = OpenTestCollection(dir, WithRules());
  EXPECT_THAT(TypesOf(*collection, "1"), IsEmpty());
  EXPECT_EQ(collection->RefreshEvents().value(), 650u);
  EXPECT_THAT(TypesOf(*collection, "1"), ElementsAre("Arrest"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "1", 1)) << "its vector is still there";
  EXPECT_EQ(collection->RefreshEvents().value(), 0u);
  EXPECT_EQ(LiveItems(*collection->snapshot()).size(), 1300u);
  collection.reset();
  EXPECT_THAT(Verify(dir), IsEmpty());
  EXPECT_TRUE(absl::IsFailedPrecondition(OpenTestCollection(dir)->RefreshEvents().status()));
}

TEST(ItemEvents, CaptionsWithoutAPictureAreSoundAndAreNoRows) {
  const std::string dir = MakeTempDir();
  auto collection = OpenTestCollection(dir, WithRules());
  Entry entry;
  entry.item.id = "c";
  entry.item.kind = MediaKind::kCaption;
  entry.item.caption = "Police arrested a man.";
  ASSERT_TRUE(collection->Write({entry}).ok());
  EXPECT_THAT(TypesOf(*collection, "c"), ElementsAre("Arrest"));
  EXPECT_EQ(collection->snapshot()->live_rows, 0u);
  collection.reset();
  EXPECT_THAT(Verify(dir), IsEmpty());
  collection = OpenTestCollection(dir, WithRules());
  EXPECT_THAT(TypesOf(*collection, "c"), ElementsAre("Arrest"));
}

// Blue left, red right.
std::string HalvesBmp() {
  Image image = PlainImage(kBlue, 16, 8);
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    if (i / 3 % 16 >= 8) std::copy(kRed.begin(), kRed.end(), image.rgb.begin() + i);
  }
  return BmpFile(image);
}

TEST(ItemEvents, OfPicturesAreReadByTheImportAndGoWithTheirBytes) {
  const std::string dir = MakeTempDir();
  const std::string pictures = MakeTempDir();
  const auto encoder = NewHashEncoder();
  auto collection = Collection::Open(dir, encoder->model(), encoder->dim()).value();
  const auto import = [&] {
    ImportControl control;
    return RunImport(*collection, *encoder, NewJobId(), {.paths = {pictures}}, control).value();
  };
  const auto find = [&](const std::string& name) {
    return collection->store().GetItem(pictures + "/" + name).value();
  };
  WriteTestFile(pictures + "/a.bmp", HalvesBmp());
  import();
  ASSERT_THAT(Types(find("a.bmp").events), ElementsAre("Arrest"));
  EXPECT_EQ(find("a.bmp").events[0].arguments[0].filler, "blue");
  WriteTestFile(pictures + "/copy.bmp", HalvesBmp());
  EXPECT_EQ(import().counts.embedded, 0u);
  EXPECT_EQ(find("copy.bmp").events, find("a.bmp").events);
  // Another picture under the name of the first.
  WriteTestFile(pictures + "/a.bmp", PlainBmp(kRed, 30, 30));
  import();
  EXPECT_THAT(find("a.bmp").events, IsEmpty());
}

TEST(ItemEvents, ThatDoNotStandInTheCaptionAreFound) {
  const std::string dir = MakeTempDir();
  Entry entry = MakeEntry("a", 1, "Police arrested a man.");
  ReadCaptionEvents(Rules(), entry.item);
  entry.item.events[0].arguments[0].head = "Polish";
  ASSERT_TRUE(OpenTestCollection(dir)->Write({entry}).ok());
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("item 'a' has an event Arrest")));
}

}  // namespace
}  // namespace imago
