#include "index/collection.h"

#include <random>

#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Collection, FindsWhatWasWritten) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1), MakeEntry("b", 2)}).ok());
  const auto snapshot = collection->snapshot();
  EXPECT_TRUE(Finds(*snapshot, "a", 1));
  EXPECT_TRUE(Finds(*snapshot, "b", 2));
  EXPECT_EQ(snapshot->sequence, 2u);
  EXPECT_EQ(snapshot->live_items, 2u);
  EXPECT_EQ(snapshot->live_rows, 2u);
  EXPECT_EQ(collection->store().GetBlob(kThumbnailBlob, "a").value(), "thumbnail of a");
}

TEST(Collection, KeepsASnapshotAsItWas) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1)}).ok());
  const auto before = collection->snapshot();
  ASSERT_TRUE(collection->Write({MakeEntry("a", 7, "new"), MakeEntry("b", 2)}).ok());
  ASSERT_TRUE(collection->Remove({"b"}).ok());
  EXPECT_TRUE(Finds(*before, "a", 1));
  EXPECT_THAT(LiveIds(*before), ElementsAre("a"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 7));
  EXPECT_FALSE(Finds(*collection->snapshot(), "a", 1));
}

TEST(Collection, ForgetsWhatWasRemoved) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1), MakeEntry("b", 2)}).ok());
  ASSERT_TRUE(collection->Remove({"a", "unknown"}).ok());
  EXPECT_THAT(LiveIds(*collection->snapshot()), ElementsAre("b"));
  EXPECT_EQ(collection->snapshot()->sequence, 3u);
  EXPECT_EQ(collection->FindBySha256(Sha256("1")), "");
  EXPECT_TRUE(absl::IsNotFound(collection->store().GetItem("a").status()));
}

TEST(Collection, TakesTheLastOfTwoEntriesWithOneId) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1), MakeEntry("b", 2), MakeEntry("a", 3)}).ok());
  EXPECT_THAT(LiveIds(*collection->snapshot()), ElementsAre("a", "b"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 3));
}

TEST(Collection, KeepsVectorsAndThumbnailWhenAnItemIsUpdated) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1), MakeEntry("b", 2)}).ok());
  Item item = MakeEntry("a", 9, "new words").item;
  item.metadata_json = std::string(R"({"year":2024})");
  ASSERT_TRUE(collection->UpdateItem(item).ok());
  const Item stored = collection->store().GetItem("a").value();
  EXPECT_EQ(stored.caption, "new words");
  EXPECT_EQ(stored.sha256, Sha256("1"));
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 1));
  EXPECT_EQ(LiveItems(*collection->snapshot())["a"], 3u);
  EXPECT_EQ(collection->store().GetBlob(kThumbnailBlob, "a").value(), "thumbnail of a");
}

TEST(Collection, SaysWhichItemToUpdateIsMissing) {
  const auto collection = OpenTestCollection(MakeTempDir());
  const absl::Status status = collection->UpdateItem(MakeEntry("cat.jpg", 1).item);
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("cat.jpg"));
}

TEST(Collection, RefusesVectorsThatDoNotFit) {
  const auto collection = OpenTestCollection(MakeTempDir());
  const auto refuses = [&](void (*spoil)(Entry&), const std::string& why) {
    Entry entry = MakeEntry("a", 1);
    spoil(entry);
    const absl::Status status = collection->Write({MakeEntry("good", 2), entry});
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
  };
  refuses([](Entry& e) { e.vectors[0].model = std::string("other@2"); }, "other@2");
  refuses([](Entry& e) { e.vectors[0].values.pop_back(); }, "dim is 15, the collection has 16");
  refuses([](Entry& e) { e.vectors[0].values[0].bits = 0x7e00; }, "length");  // NaN
  refuses([](Entry& e) { e.vectors[0].values.assign(kDim, Half{}); }, "length 0");
  refuses([](Entry& e) { e.vectors[0].key.item_id = std::string("b"); }, "'b'");
  refuses([](Entry& e) { e.vectors.push_back(e.vectors[0]); }, "two vectors");
  refuses([](Entry& e) { e.item.metadata_json = std::string("7"); }, "metadata");
  EXPECT_THAT(LiveIds(*collection->snapshot()), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(collection->store().GetItem("good").status()));
}

TEST(Collection, FindsTheSmallestIdOfEqualBytes) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("b", 1), MakeEntry("c", 1), MakeEntry("a", 1)}).ok());
  EXPECT_EQ(collection->FindBySha256(Sha256("1")), "a");
  ASSERT_TRUE(collection->Remove({"a"}).ok());
  EXPECT_EQ(collection->FindBySha256(Sha256("1")), "b");
  ASSERT_TRUE(collection->Write({MakeEntry("b", 2)}).ok());
  EXPECT_EQ(collection->FindBySha256(Sha256("1")), "c");
  EXPECT_EQ(collection->FindBySha256(""), "");
}

TEST(Collection, KeepsThumbnailsOnlyOfItemsItHas) {
  const auto collection = OpenTestCollection(MakeTempDir());
  ASSERT_TRUE(collection->Write({MakeEntry("a", 1)}).ok());
  EXPECT_TRUE(collection->PutBlobs({{kThumbnailBlob, "a", "new"}, {kJobBlob, "j", "{}"}}).ok());
  EXPECT_TRUE(absl::IsNotFound(collection->PutBlobs({{kThumbnailBlob, "b", "x"}})));
  EXPECT_EQ(collection->store().GetBlob(kThumbnailBlob, "a").value(), "new");
}

TEST(Collection, RefusesAnotherModelAndNamesBoth) {
  const std::string dir = MakeTempDir();
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("a", 1)}).ok());
  const absl::Status status = Collection::Open(dir, "other@2", 8).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("test@1 (dim 16), not of other@2 (dim 8)"));
}

TEST(Collection, TakesANewModelWhenItIsEmpty) {
  const std::string dir = MakeTempDir();
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("a", 1)}).ok());
  ASSERT_TRUE(OpenTestCollection(dir)->Remove({"a"}).ok());
  const auto other = Collection::Open(dir, "other@2", 8);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*other)->snapshot()->model, "other@2");
}

TEST(Collection, SaysThatItIsOpenElsewhere) {
  const std::string dir = MakeTempDir();
  const auto collection = OpenTestCollection(dir);
  EXPECT_TRUE(absl::IsUnavailable(Collection::Open(dir, kModel, kDim).status()));
  EXPECT_TRUE(absl::IsUnavailable(VerifyCollection(dir).status()));
}

TEST(Collection, KeepsItemsWithoutVectors) {
  const std::string dir = MakeTempDir();
  Entry entry = MakeEntry("a", 1);
  entry.vectors.clear();
  ASSERT_TRUE(OpenTestCollection(dir)->Write({entry}).ok());
  const auto snapshot = OpenTestCollection(dir)->snapshot();
  EXPECT_THAT(LiveIds(*snapshot), ElementsAre("a"));
  EXPECT_EQ(snapshot->live_rows, 0u);
}

TEST(Collection, KeepsAllRowsOfAnItemTogether) {
  const std::string dir = MakeTempDir();
  Entry entry = MakeEntry("a", 1);
  for (int i = 0; i < 3; ++i) {
    entry.vectors.push_back({{"a", RowPart::kPicture, i * 100, i * 100 + 50},
                             kModel,
                             UnitVector(static_cast<uint32_t>(10 + i))});
  }
  ASSERT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("b", 5), entry, MakeEntry("c", 6)}).ok());
  const auto collection = OpenTestCollection(dir);
  EXPECT_EQ(collection->snapshot()->live_rows, 6u);
  EXPECT_TRUE(Finds(*collection->snapshot(), "a", 12));
  ASSERT_TRUE(collection->Remove({"a"}).ok());
  EXPECT_EQ(collection->snapshot()->live_rows, 2u);
  LiveItems(*collection->snapshot());
}

TEST(Collection, KeepsFewSegmentsHoweverManyBatches) {
  CollectionOptions options;
  options.merge_segments = 4;
  const auto collection = OpenTestCollection(MakeTempDir(), options);
  for (uint32_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(collection->Write({MakeEntry(std::to_string(i), i)}).ok());
    ASSERT_LE(collection->snapshot()->segments.size(), 16u);  // 4 tiers of 4
  }
  EXPECT_EQ(LiveItems(*collection->snapshot()).size(), 100u);
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(Finds(*collection->snapshot(), std::to_string(i), i)) << i;
  }
}

// What a collection should hold: id and seed.
using Model = std::map<std::string, uint32_t>;

void ExpectHolds(const Collection& collection, const Model& model) {
  const auto snapshot = collection.snapshot();
  std::set<std::string> ids;
  for (const auto& [id, seed] : model) {
    ids.insert(id);
    EXPECT_TRUE(Finds(*snapshot, id, seed)) << id;
  }
  EXPECT_EQ(LiveIds(*snapshot), ids);
}

TEST(Collection, AgreesWithAMapAfterRandomChanges) {
  const std::string dir = MakeTempDir();
  CollectionOptions options;
  options.merge_segments = 3;
  std::mt19937 random(5);
  Model model;
  uint32_t seed = 0;
  for (int round = 0; round < 12; ++round) {
    const auto collection = OpenTestCollection(dir, options);
    ExpectHolds(*collection, model);
    for (int step = 0; step < 12; ++step) {
      const std::string id = std::to_string(random() % 40);
      const std::string other = std::to_string(random() % 40);
      switch (random() % 5) {
        case 0:
          ASSERT_TRUE(collection->Remove({id, other}).ok());
          model.erase(id);
          model.erase(other);
          break;
        case 1:
          EXPECT_EQ(collection->UpdateItem(MakeEntry(id, 0).item).ok(), model.contains(id));
          break;
        case 2:
          ASSERT_TRUE(collection->Flush().ok());
          break;
        default:
          ASSERT_TRUE(collection->Write({MakeEntry(id, ++seed)}).ok());
          model[id] = seed;
          ASSERT_TRUE(collection->Write({MakeEntry(other, ++seed)}).ok());
          model[other] = seed;
      }
    }
    ExpectHolds(*collection, model);
  }
  EXPECT_THAT(Verify(dir), IsEmpty());
}

// Batches of items whose ids are their seeds.
void WriteNumbered(Collection& collection, uint32_t begin, uint32_t end) {
  std::vector<Entry> entries;
  for (uint32_t i = begin; i < end; ++i) entries.push_back(MakeEntry(std::to_string(i), i));
  ASSERT_TRUE(collection.Write(std::move(entries)).ok());
}

class CollectionOfKind : public testing::TestWithParam<IndexKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, CollectionOfKind,
                         testing::Values(IndexKind::kExact, IndexKind::kHnsw, IndexKind::kIvf,
                                         IndexKind::kGpu),
                         [](const auto& info) { return std::string(IndexKindName(info.param)); });

TEST_P(CollectionOfKind, IndexesLargeSegmentsInItsKindAndSmallOnesExactly) {
  const std::string dir = MakeTempDir();
  CollectionOptions options;
  options.index.kind = GetParam();
  options.index.ivf_probes = 1000;
  options.ann_rows = 300;
  for (int reopened = 0; reopened < 2; ++reopened) {
    const auto collection = OpenTestCollection(dir, options);
    if (reopened == 0) {
      WriteNumbered(*collection, 0, 400);
      WriteNumbered(*collection, 400, 420);
      ASSERT_TRUE(collection->Remove({"7"}).ok());
    }
    const auto snapshot = collection->snapshot();
    ASSERT_EQ(snapshot->segments.size(), 2u);
    EXPECT_EQ(snapshot->segments[0].segment->kind, SavedKind(GetParam()));
    EXPECT_EQ(snapshot->segments[1].segment->kind, IndexKind::kExact);
    EXPECT_TRUE(Finds(*snapshot, "8", 8));
    EXPECT_TRUE(Finds(*snapshot, "410", 410));
    EXPECT_FALSE(Finds(*snapshot, "7", 7));
  }
  EXPECT_THAT(Verify(dir), IsEmpty());
}

TEST(Collection, IsIndexedAnewWhenTheKindChanges) {
  const std::string dir = MakeTempDir();
  CollectionOptions options;
  options.ann_rows = 10;
  WriteNumbered(*OpenTestCollection(dir, options), 0, 50);
  options.index.kind = IndexKind::kHnsw;
  const auto collection = OpenTestCollection(dir, options);
  ASSERT_EQ(collection->snapshot()->segments.size(), 1u);
  EXPECT_EQ(collection->snapshot()->segments[0].segment->kind, IndexKind::kHnsw);
  EXPECT_EQ(LiveItems(*collection->snapshot()).size(), 50u);
}

// A GPU that comes or goes costs no new index.
TEST(Collection, ItsFilesServeTheKindsExactAndGpuAlike) {
  const std::string dir = MakeTempDir();
  CollectionOptions options;
  options.ann_rows = 10;
  for (const IndexKind kind : {IndexKind::kExact, IndexKind::kGpu, IndexKind::kExact}) {
    options.index.kind = kind;
    const auto collection = OpenTestCollection(dir, options);
    if (LiveItems(*collection->snapshot()).empty()) {
      WriteNumbered(*collection, 0, 50);
      WriteNumbered(*collection, 50, 55);
    }
    ASSERT_EQ(collection->snapshot()->segments.size(), 2u);  // made again they would be one
    EXPECT_EQ(collection->snapshot()->kind, IndexKind::kExact);
    EXPECT_TRUE(Finds(*collection->snapshot(), "8", 8));
  }
}

}  // namespace
}  // namespace imago
