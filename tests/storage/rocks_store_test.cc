// What only the store on disk does: reopening, locking, formats, crashes.

#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "gmock/gmock.h"
#include "storage/rocks_keys.h"
#include "storage/store.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Item MakeItem(const std::string& id) {
  Item item;
  item.id = id;
  return item;
}

StoredVector MakeVector(const std::string& id, uint16_t bits) {
  return {{id, RowPart::kPicture, -1, -1}, "m", std::vector<Half>(512, Half{bits})};
}

std::unique_ptr<Store> Open(const std::string& path) { return OpenRocksStore(path).value(); }

// Puts a value behind the store's back.
void PutRaw(const std::string& path, const std::string& key, const std::string& value) {
  rocksdb::DB* opened = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), key, value).ok());
}

TEST(RocksStore, KeepsEverythingAcrossReopening) {
  const std::string path = MakeTempDir() + "/new/store";
  Open(path)
      ->Apply({.put_items = {MakeItem("a"), MakeItem("b")},
               .put_vectors = {MakeVector("b", 3)},
               .put_blobs = {{kThumbnailBlob, "b", std::string(20000, 't')}}})
      .IgnoreError();
  EXPECT_EQ(Open(path)->Apply({.remove_items = {"a"}}).value(), 3u);
  const std::unique_ptr<Store> store = Open(path);
  EXPECT_EQ(store->GetItem("b").value(), MakeItem("b"));
  EXPECT_THAT(store->GetVectors("b", "m").value(), ElementsAre(MakeVector("b", 3)));
  EXPECT_EQ(store->GetBlob(kThumbnailBlob, "b").value(), std::string(20000, 't'));
  EXPECT_EQ(store->Apply({.put_items = {MakeItem("c")}}).value(), 4u);
}

TEST(RocksStore, SaysThatAnotherImagoMayHaveItOpen) {
  const std::string path = MakeTempDir() + "/store";
  const std::unique_ptr<Store> first = Open(path);
  const absl::Status second = OpenRocksStore(path).status();
  EXPECT_TRUE(absl::IsUnavailable(second)) << second;
  EXPECT_THAT(std::string(second.message()), HasSubstr("another imago running"));
}

TEST(RocksStore, SaysThatAnotherProcessHasItOpen) {
  const std::string path = MakeTempDir() + "/store";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto store = OpenRocksStore(path);
    if (write(ready[1], "x", 1) != 1 || !store.ok()) _exit(1);
    pause();
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(absl::IsUnavailable(OpenRocksStore(path).status()));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(OpenRocksStore(path).ok());
}

TEST(RocksStore, RefusesANewerFormat) {
  const std::string path = MakeTempDir() + "/store";
  Open(path);
  PutRaw(path, kFormatKey, "2");
  const absl::Status status = OpenRocksStore(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has format 2, this program reads 1"));
}

TEST(RocksStore, RefusesADatabaseOfAnotherProgram) {
  const std::string path = MakeTempDir() + "/store";
  PutRaw(path, "x", "y");
  EXPECT_THAT(std::string(OpenRocksStore(path).status().message()), HasSubstr("is not imago's"));
}

TEST(RocksStore, NamesAPathThatIsAFile) {
  const std::string path = MakeTempDir() + "/file";
  WriteTestFile(path, "x");
  EXPECT_THAT(std::string(OpenRocksStore(path).status().message()), HasSubstr(path));
}

TEST(CheckRocksStore, FindsNothingInAHealthyStore) {
  const std::string path = MakeTempDir() + "/store";
  ASSERT_TRUE(Open(path)
                  ->Apply({.put_items = {MakeItem("a"), MakeItem("b")},
                           .put_vectors = {MakeVector("b", 3)},
                           .put_blobs = {{kThumbnailBlob, "b", "t"}}})
                  .ok());
  ASSERT_TRUE(Open(path)->Apply({.remove_items = {"b"}}).ok());
  EXPECT_THAT(CheckRocksStore(path).value(), IsEmpty());
}

TEST(CheckRocksStore, FindsWhatDoesNotBelongTogether) {
  const std::string path = MakeTempDir() + "/store";
  ASSERT_TRUE(Open(path)->Apply({.put_items = {MakeItem("a")}}).ok());
  PutRaw(path, IndexKey("lost"), IndexValue({9, false}));
  PutRaw(path, LogKey(7), LogValue({7, false, "a", MakeItem("a")}));
  PutRaw(path, LogKey(8), "pxyz");
  PutRaw(path, VectorDbKey(MakeVector("nobody", 1)), "xy");
  PutRaw(path, VectorPrefix("a"), "xy");
  PutRaw(path, "Q", "");
  EXPECT_THAT(CheckRocksStore(path).value(),
              testing::UnorderedElementsAre(
                  HasSubstr("item 'lost' has no log record"),
                  HasSubstr("log record 7 is not the newest of item 'a'"),
                  HasSubstr("does not decode"), HasSubstr("the unknown item 'nobody'"),
                  HasSubstr("malformed vector key"), HasSubstr("unknown kind 'Q'")));
}

TEST(CheckRocksStore, FindsADamagedBlock) {
  const std::string path = MakeTempDir() + "/store";
  WriteBatch batch;
  for (int i = 0; i < 200; ++i) batch.put_items.push_back(MakeItem("item" + std::to_string(i)));
  ASSERT_TRUE(Open(path)->Apply(batch).ok());
  Open(path);  // moves the log into a table
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    if (file.path().extension() != ".sst") continue;
    std::string bytes = ReadTestFile(file.path());
    bytes[bytes.size() / 3] ^= 1;
    WriteTestFile(file.path(), bytes);
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  EXPECT_THAT(CheckRocksStore(path).value(), ElementsAre(HasSubstr("orruption")));
}

// Batch n puts the three items n.0, n.1, n.2 and removes those of batch n - 2.
WriteBatch NumberedBatch(int n) {
  WriteBatch batch;
  for (int i = 0; i < 3; ++i) {
    const std::string id = std::to_string(n) + "." + std::to_string(i);
    batch.put_items.push_back(MakeItem(id));
    batch.put_vectors.push_back(MakeVector(id, static_cast<uint16_t>(n)));
    batch.remove_items.push_back(std::to_string(n - 2) + "." + std::to_string(i));
  }
  batch.put_blobs.push_back({kJobBlob, "last", std::to_string(n)});
  return batch;
}

// Writes numbered batches, telling each through the pipe once it is acknowledged, until it is
// killed.
[[noreturn]] void WriteUntilKilled(const std::string& path, int first, int pipe_end) {
  auto store = OpenRocksStore(path);
  if (!store.ok()) _exit(1);
  for (int n = first;; ++n) {
    if (!(*store)->Apply(NumberedBatch(n)).ok()) _exit(2);
    if (write(pipe_end, &n, sizeof n) != sizeof n) _exit(3);
  }
}

// The last batch that was acknowledged before the child was killed; `first` - 1 if none was.
int RunAndKill(const std::string& path, int first, int after_ms) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) WriteUntilKilled(path, first, ends[1]);
  close(ends[1]);
  int acknowledged = first - 1;
  if (read(ends[0], &acknowledged, sizeof acknowledged) <= 0) ADD_FAILURE() << "the child failed";
  std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) continue;
  close(ends[0]);
  return acknowledged;
}

TEST(RocksStore, LosesNothingAcknowledgedWhenKilled) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer allows no threads in a forked child";
#endif
  const std::string path = MakeTempDir() + "/store";
  std::mt19937 random(std::random_device{}());
  int next = 1;
  for (int round = 0; round < 5; ++round) {
    const int acknowledged = RunAndKill(path, next, static_cast<int>(random() % 200));
    EXPECT_THAT(CheckRocksStore(path).value(), IsEmpty());
    const std::unique_ptr<Store> store = Open(path);
    const int last = std::stoi(store->GetBlob(kJobBlob, "last").value());
    EXPECT_TRUE(last == acknowledged || last == acknowledged + 1) << last << " " << acknowledged;
    for (int n = std::max(1, last - 3); n <= last + 1; ++n) {
      for (const Item& item : NumberedBatch(n).put_items) {
        const bool expected = n == last || n == last - 1;
        EXPECT_EQ(store->GetItem(item.id).ok(), expected) << item.id << " of " << last;
        EXPECT_EQ(store->GetVectors(item.id, "m")->size(), expected ? 1u : 0u) << item.id;
      }
    }
    next = last + 1;
  }
}

}  // namespace
}  // namespace imago
