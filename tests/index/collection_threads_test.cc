// Readers take snapshots and search while one writes; for ThreadSanitizer above all.

#include <atomic>
#include <thread>

#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

TEST(CollectionThreads, ReadersSeeWholeBatchesWhileAWriterWrites) {
  CollectionOptions options;
  options.merge_segments = 2;
  const auto collection = OpenTestCollection(MakeTempDir(), options);
  std::atomic<bool> done{false};
  std::atomic<int> looks{0};
  const auto read = [&] {
    uint64_t last = 0;
    while (!done || looks < 20) {
      const auto snapshot = collection->snapshot();
      EXPECT_GE(snapshot->sequence, last);
      last = snapshot->sequence;
      EXPECT_EQ(LiveIds(*snapshot).size() % 2, 0u);
      Nearest(*snapshot, 3);
      collection->FindBySha256(Sha256("3"));
      ++looks;
    }
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 2; ++i) readers.emplace_back(read);
  for (uint32_t n = 0; n < 40; ++n) {
    const std::string id = std::to_string(n % 15);
    EXPECT_TRUE(collection->Write({MakeEntry(id, n), MakeEntry(id + "b", n)}).ok());
    const bool removes = n % 7 == 0;
    EXPECT_TRUE(!removes || collection->Remove({id, id + "b"}).ok());
    const bool flushes = n % 10 == 0;
    EXPECT_TRUE(!flushes || collection->Flush().ok());
  }
  done = true;
}

TEST(CollectionThreads, WritersTakeTurns) {
  const auto collection = OpenTestCollection(MakeTempDir());
  {
    std::vector<std::jthread> writers;
    for (uint32_t w = 0; w < 3; ++w) {
      writers.emplace_back([&, w] {
        for (uint32_t n = 0; n < 10; ++n) {
          const uint32_t seed = w * 100 + n;
          EXPECT_TRUE(collection->Write({MakeEntry(std::to_string(seed), seed)}).ok());
        }
      });
    }
  }
  EXPECT_EQ(LiveItems(*collection->snapshot()).size(), 30u);
  EXPECT_EQ(collection->snapshot()->sequence, 30u);
}

}  // namespace
}  // namespace imago
