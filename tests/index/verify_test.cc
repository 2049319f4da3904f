#include <filesystem>

#include "index/collection_id.h"
#include "index/index_folder.h"
#include "index/segment_builder.h"
#include "storage/durable_file.h"
#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    EXPECT_TRUE(OpenTestCollection(dir)->Write({MakeEntry("a", 1), MakeEntry("b", 2)}).ok());
  }

  void ApplyBehindItsBack(const WriteBatch& batch) {
    EXPECT_TRUE(OpenRocksStore(dir + "/store").value()->Apply(batch).ok());
  }

  // A manifest that names, beside what is there, a segment of these items: seed and sequence by id.
  void AddSegment(const std::vector<std::tuple<std::string, uint32_t, uint64_t>>& items) {
    const IndexFolder folder(dir + "/index");
    SegmentBuilder builder({{}, kDim, 4096}, folder.HighestNumber() + 1);
    for (const auto& [id, seed, sequence] : items) {
      const Entry entry = MakeEntry(id, seed);
      ASSERT_TRUE(
          builder.Add(std::make_shared<ItemRecord>(ItemRecord{entry.item, sequence}), entry.vectors)
              .ok());
    }
    Manifest manifest = folder.ReadManifest().value();
    manifest.segments.push_back(folder.WriteSegment(**std::move(builder).Finish()).value());
    ASSERT_TRUE(folder.Publish(manifest).ok());
  }

  const std::string dir = MakeTempDir();
};

TEST_F(VerifyTest, FindsNothingInAHealthyCollection) { EXPECT_THAT(Verify(dir), IsEmpty()); }

TEST_F(VerifyTest, SaysThatThereIsNoCollection) {
  const absl::Status status = VerifyCollection(MakeTempDir() + "/none").status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/none"));
}

TEST_F(VerifyTest, FindsRowsOfAnItemThatTheStoreLacks) {
  AddSegment({{"nobody", 3, 1}});
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("the item 'nobody', which the store lacks")));
  EXPECT_THAT(LiveIds(*OpenTestCollection(dir)->snapshot()), ElementsAre("a", "b"));
}

TEST_F(VerifyTest, FindsAnItemThatIsInTheIndexTwice) {
  AddSegment({{"a", 1, 1}});
  EXPECT_THAT(Verify(dir), ElementsAre("the item 'a' is in the index twice"));
  EXPECT_THAT(LiveIds(*OpenTestCollection(dir)->snapshot()), ElementsAre("a", "b"));
}

TEST_F(VerifyTest, FindsARowThatTheStoreHasNot) {
  ApplyBehindItsBack(
      {.put_items = {MakeEntry("c", 5).item}, .put_vectors = MakeEntry("c", 5).vectors});
  AddSegment({{"c", 6, 3}});
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("a row of the item 'c' that the store has not")));
}

TEST_F(VerifyTest, FindsAnItemThatIsInNoSegment) {
  const IndexFolder folder(dir + "/index");
  Manifest manifest = folder.ReadManifest().value();
  manifest.segments.clear();
  ASSERT_TRUE(folder.Publish(manifest).ok());
  EXPECT_THAT(Verify(dir), testing::UnorderedElementsAre("the item 'a' is in no segment",
                                                         "the item 'b' is in no segment"));
  EXPECT_THAT(LiveIds(*OpenTestCollection(dir)->snapshot()), ElementsAre("a", "b"));
}

TEST_F(VerifyTest, FindsVectorsThatDoNotFit) {
  StoredVector longer{{"c", RowPart::kPicture, -1, -1}, kModel, std::vector<Half>(kDim, {0x3c00})};
  StoredVector shorter = longer;
  shorter.key.begin_ms = 5;
  shorter.values.resize(3);
  StoredVector foreign = longer;
  foreign.model = std::string("other@2");
  ApplyBehindItsBack(
      {.put_items = {MakeEntry("c", 1).item}, .put_vectors = {longer, shorter, foreign}});
  EXPECT_THAT(Verify(dir), ElementsAre(HasSubstr("of the model other@2"), HasSubstr("length 4"),
                                       HasSubstr("dim 3")));
}

TEST_F(VerifyTest, FindsAnItemWithoutVectors) {
  ApplyBehindItsBack({.put_items = {MakeEntry("c", 1).item}});
  EXPECT_THAT(Verify(dir), ElementsAre("item 'c' has no vector"));
}

TEST_F(VerifyTest, FindsThumbnailsOfUnknownItems) {
  ApplyBehindItsBack({.put_blobs = {{kThumbnailBlob, "x", "t"}, {kOriginalBlob, "y", "o"}}});
  EXPECT_THAT(Verify(dir), ElementsAre("a thumb belongs to the unknown item 'x'",
                                       "a original belongs to the unknown item 'y'"));
}

TEST_F(VerifyTest, FindsADamagedStore) {
  EXPECT_THAT(Verify(dir), IsEmpty());  // opening it has moved its log into a table
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir + "/store")) {
    if (file.path().extension() != ".sst") continue;
    std::string bytes = ReadTestFile(file.path());
    bytes[bytes.size() / 3] ^= 1;
    WriteTestFile(file.path(), bytes);
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  EXPECT_THAT(Verify(dir), Contains(HasSubstr("orruption")));
}

}  // namespace
}  // namespace imago
