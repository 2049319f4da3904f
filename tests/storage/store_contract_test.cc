// What every Store does alike, in memory and on disk.

#include "gmock/gmock.h"
#include "storage/store.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Item MakeItem(const std::string& id, const std::string& caption = "") {
  Item item;
  item.id = id;
  item.uri = "/photos/" + id;
  item.caption = caption;
  return item;
}

StoredVector MakeVector(const std::string& id, uint16_t bits, const std::string& model = "m") {
  return {{id, RowPart::kPicture, -1, -1}, model, {Half{bits}, Half{1}}};
}

// Each store by name; the disk one in a fresh folder.
class StoreContract : public testing::TestWithParam<std::string> {
 protected:
  StoreContract() {
    if (GetParam() == "memory") {
      store = NewMemoryStore();
    } else {
      store = OpenRocksStore(MakeTempDir() + "/store").value();
    }
  }

  uint64_t Apply(const WriteBatch& batch) { return store->Apply(batch).value(); }
  uint64_t Put(const std::string& id, const std::string& caption = "") {
    return Apply({.put_items = {MakeItem(id, caption)}});
  }

  // "1 a" for a put, "2 -b" for a removal.
  std::vector<std::string> Log(uint64_t after = 0) const {
    std::vector<std::string> log;
    EXPECT_TRUE(store
                    ->ScanLog(after,
                              [&](const LogRecord& record) {
                                log.push_back(std::to_string(record.sequence) + " " +
                                              (record.removed ? "-" : "") + record.item_id);
                                EXPECT_EQ(record.item.id, record.removed ? "" : record.item_id);
                                return true;
                              })
                    .ok());
    return log;
  }

  std::vector<std::pair<std::string, std::string>> Blobs(const std::string& kind) const {
    std::vector<std::pair<std::string, std::string>> blobs;
    EXPECT_TRUE(store
                    ->ScanBlobs(kind,
                                [&](const std::string& key, const std::string& bytes) {
                                  blobs.emplace_back(key, bytes);
                                  return true;
                                })
                    .ok());
    return blobs;
  }

  std::vector<StoredVector> Vectors(const std::string& id, const std::string& model = "m") const {
    return store->GetVectors(id, model).value();
  }

  std::unique_ptr<Store> store;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::Values("memory", "rocks"),
                         [](const auto& info) { return info.param; });

TEST_P(StoreContract, GivesBackWhatWasPut) {
  Item item = MakeItem("a", "a dog");
  item.sha256 = std::string(64, '0');
  item.width = 640;
  item.metadata_json = R"({"year":2024})";
  Apply({.put_items = {item}, .put_vectors = {MakeVector("a", 7)}});
  EXPECT_EQ(store->GetItem("a").value(), item);
  EXPECT_THAT(Vectors("a"), ElementsAre(MakeVector("a", 7)));
}

TEST_P(StoreContract, SaysWhatIsNotThere) {
  EXPECT_TRUE(absl::IsNotFound(store->GetItem("a").status()));
  EXPECT_TRUE(absl::IsNotFound(store->GetBlob("job", "a").status()));
  EXPECT_THAT(Vectors("a"), IsEmpty());
  EXPECT_THAT(Log(), IsEmpty());
}

TEST_P(StoreContract, NumbersRecordsInTheOrderOfTheBatch) {
  Put("old");
  const WriteBatch batch{.remove_items = {"old"},
                         .put_items = {MakeItem("b"), MakeItem("a")},
                         .update_items = {MakeItem("b", "again")}};
  EXPECT_EQ(Apply(batch), 5u);
  EXPECT_THAT(Log(), ElementsAre("2 -old", "4 a", "5 b"));
}

TEST_P(StoreContract, KeepsOnlyTheNewestRecordOfAnItem) {
  Put("a");
  Put("b");
  EXPECT_EQ(Put("a", "new"), 3u);
  EXPECT_THAT(Log(), ElementsAre("2 b", "3 a"));
  EXPECT_THAT(Log(2), ElementsAre("3 a"));
  EXPECT_EQ(store->GetItem("a")->caption, "new");
}

TEST_P(StoreContract, KeepsATombstoneUntilTheItemComesBack) {
  Put("a");
  EXPECT_EQ(Apply({.remove_items = {"a", "a", "unknown"}}), 2u);
  EXPECT_THAT(Log(), ElementsAre("2 -a"));
  EXPECT_TRUE(absl::IsNotFound(store->GetItem("a").status()));
  Put("a");
  EXPECT_THAT(Log(), ElementsAre("3 a"));
}

TEST_P(StoreContract, RemovesAllThatHangsOnAnItem) {
  Apply(
      {.put_items = {MakeItem("a"), MakeItem("b")},
       .put_vectors = {MakeVector("a", 1), MakeVector("a", 2, "other"), MakeVector("b", 3)},
       .put_blobs = {{kThumbnailBlob, "a", "t"}, {kOriginalBlob, "a", "o"}, {kJobBlob, "a", "j"}}});
  Apply({.remove_items = {"a"}});
  EXPECT_THAT(Vectors("a", ""), IsEmpty());
  EXPECT_THAT(Vectors("b", ""), ElementsAre(MakeVector("b", 3)));
  EXPECT_THAT(Blobs(kThumbnailBlob), IsEmpty());
  EXPECT_THAT(Blobs(kOriginalBlob), IsEmpty());
  EXPECT_THAT(Blobs(kJobBlob), ElementsAre(Pair("a", "j")));
}

TEST_P(StoreContract, ReplacesAnItemWithAllThatHungOnIt) {
  Apply({.put_items = {MakeItem("a")},
         .put_vectors = {MakeVector("a", 1), MakeVector("a", 2, "other")},
         .put_blobs = {{kThumbnailBlob, "a", "old"}, {kOriginalBlob, "a", "old"}}});
  Apply({.put_items = {MakeItem("a", "new")},
         .put_vectors = {MakeVector("a", 5)},
         .put_blobs = {{kThumbnailBlob, "a", "new"}}});
  EXPECT_THAT(Vectors("a", ""), ElementsAre(MakeVector("a", 5)));
  EXPECT_THAT(Blobs(kThumbnailBlob), ElementsAre(Pair("a", "new")));
  EXPECT_THAT(Blobs(kOriginalBlob), IsEmpty());
}

TEST_P(StoreContract, UpdatesAnItemAndKeepsWhatHangsOnIt) {
  Apply({.put_items = {MakeItem("a")},
         .put_vectors = {MakeVector("a", 1)},
         .put_blobs = {{kThumbnailBlob, "a", "t"}}});
  EXPECT_EQ(Apply({.update_items = {MakeItem("a", "new")}}), 2u);
  EXPECT_EQ(store->GetItem("a")->caption, "new");
  EXPECT_THAT(Vectors("a"), ElementsAre(MakeVector("a", 1)));
  EXPECT_EQ(store->GetBlob(kThumbnailBlob, "a").value(), "t");
}

TEST_P(StoreContract, LogsAnItemThatOnlyGetsVectors) {
  Put("a", "kept");
  Put("b");
  EXPECT_EQ(Apply({.put_vectors = {MakeVector("a", 1), MakeVector("a", 2, "other")}}), 3u);
  EXPECT_THAT(Log(), ElementsAre("2 b", "3 a"));
  EXPECT_EQ(store->GetItem("a")->caption, "kept");
}

TEST_P(StoreContract, OrdersVectorsByModelAndKey) {
  StoredVector late = MakeVector("a", 1);
  late.key.begin_ms = 70000;
  StoredVector early = MakeVector("a", 2);
  early.key.begin_ms = 500;
  const StoredVector whole = MakeVector("a", 3);
  const StoredVector other = MakeVector("a", 4, "b");
  Apply({.put_items = {MakeItem("a")}, .put_vectors = {late, whole, other, early}});
  EXPECT_THAT(Vectors("a", ""), ElementsAre(other, whole, early, late));
  EXPECT_THAT(Vectors("a", "m"), ElementsAre(whole, early, late));
}

TEST_P(StoreContract, ReplacesAVectorOfTheSameKeyAndModel) {
  Apply({.put_items = {MakeItem("a")}, .put_vectors = {MakeVector("a", 1), MakeVector("a", 2)}});
  EXPECT_THAT(Vectors("a"), ElementsAre(MakeVector("a", 2)));
}

TEST_P(StoreContract, WritesNothingOfARefusedBatch) {
  Put("a");
  Item bad = MakeItem("bad");
  bad.metadata_json = "[1]";
  const WriteBatch bad_item{.remove_items = {"a"}, .put_items = {MakeItem("b"), bad}};
  const WriteBatch no_owner{.put_items = {MakeItem("b")}, .put_vectors = {MakeVector("c", 1)}};
  const WriteBatch owner_goes{.remove_items = {"a"}, .put_vectors = {MakeVector("a", 1)}};
  const WriteBatch no_item{.update_items = {MakeItem("c")}, .put_blobs = {{"job", "j", "x"}}};
  EXPECT_TRUE(absl::IsInvalidArgument(store->Apply(bad_item).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store->Apply(no_owner).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store->Apply(owner_goes).status()));
  EXPECT_TRUE(absl::IsNotFound(store->Apply(no_item).status()));
  EXPECT_THAT(Log(), ElementsAre("1 a"));
  EXPECT_THAT(Blobs("job"), IsEmpty());
}

TEST_P(StoreContract, NamesWhatItRefuses) {
  const absl::Status status = store->Apply({.put_vectors = {MakeVector("cat.jpg", 1)}}).status();
  EXPECT_EQ(status.message(), "a vector belongs to the unknown item 'cat.jpg'");
}

TEST_P(StoreContract, TakesIdsOfAnyBytes) {
  using std::string_literals::operator""s;
  const std::vector<std::string> ids = {"a"s,        "a\0"s, "a\0\1"s, "a\0\xff"s,
                                        "\xff\xfe"s, "V"s,   "\0"s};
  WriteBatch batch;
  for (uint16_t i = 0; i < ids.size(); ++i) {
    batch.put_items.push_back(MakeItem(ids[i]));
    batch.put_vectors.push_back(MakeVector(ids[i], i, "m\0"s));
    batch.put_blobs.push_back({kThumbnailBlob, ids[i], std::to_string(i)});
  }
  Apply(batch);
  for (uint16_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(store->GetItem(ids[i])->id, ids[i]);
    EXPECT_THAT(Vectors(ids[i], ""), ElementsAre(MakeVector(ids[i], i, "m\0"s)));
    EXPECT_THAT(Vectors(ids[i], "m"), IsEmpty());
    EXPECT_EQ(store->GetBlob(kThumbnailBlob, ids[i]).value(), std::to_string(i));
  }
}

TEST_P(StoreContract, ScansBlobsOfOneKindInOrderOfKey) {
  Apply(
      {.put_blobs = {{"job", "b", "2"}, {"job", "a", "1"}, {"jobs", "0", "x"}, {"jo", "b", "y"}}});
  EXPECT_THAT(Blobs("job"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_P(StoreContract, RemovesBlobsBeforeItPutsThem) {
  Apply({.put_blobs = {{"job", "a", "1"}, {"job", "b", "2"}}});
  Apply({.remove_blobs = {{"job", "a"}, {"job", "b"}, {"job", "none"}},
         .put_blobs = {{"job", "b", "3"}}});
  EXPECT_THAT(Blobs("job"), ElementsAre(Pair("b", "3")));
}

TEST_P(StoreContract, StopsAScanWhenTheVisitorSaysSo) {
  Apply({.put_items = {MakeItem("a"), MakeItem("b"), MakeItem("c")},
         .put_blobs = {{"job", "a", "1"}, {"job", "b", "2"}}});
  int records = 0;
  int blobs = 0;
  ASSERT_TRUE(store->ScanLog(0, [&](const LogRecord&) { return ++records < 2; }).ok());
  ASSERT_TRUE(store->ScanBlobs("job", [&](const auto&, const auto&) { return ++blobs < 1; }).ok());
  EXPECT_EQ(records, 2);
  EXPECT_EQ(blobs, 1);
}

TEST_P(StoreContract, ScansOneConsistentStateWhileItChanges) {
  Apply({.put_items = {MakeItem("a"), MakeItem("b")}});
  std::vector<std::string> seen;
  ASSERT_TRUE(store
                  ->ScanLog(0,
                            [&](const LogRecord& record) {
                              Apply({.remove_items = {"b"}, .put_items = {MakeItem("c")}});
                              seen.push_back(record.item_id);
                              return true;
                            })
                  .ok());
  EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST_P(StoreContract, AnEmptyBatchChangesNothing) {
  Put("a");
  EXPECT_TRUE(WriteBatch().empty());
  EXPECT_EQ(Apply({}), 1u);
  EXPECT_EQ(Apply({.put_blobs = {{"job", "a", "1"}}}), 1u);
}

}  // namespace
}  // namespace imago
