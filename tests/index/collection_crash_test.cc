// A collection whose process is killed at any moment loses nothing it acknowledged, and doubles
// nothing.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "fmt/format.h"
#include "index/item_events.h"
#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

using testing::IsEmpty;

const EventExtractor& Rules() {
  static const auto* rules = NewRuleExtractor(EventOntology::House().value()).release();
  return *rules;
}

std::string CaptionOf(uint32_t n) { return fmt::format("Police arrested {} men.", n); }

// Round n writes the items n and n + 0.5, the latter with a caption, replaces "same", removes item
// n - 3 and, now and then, flushes; then it tells n. Never returns.
[[noreturn]] void WriteUntilKilled(const std::string& dir, uint32_t first, int pipe_end) {
  CollectionOptions options;
  options.merge_segments = 2;
  options.extractor = &Rules();
  auto collection = Collection::Open(dir, kModel, kDim, options);
  if (!collection.ok()) _exit(1);
  for (uint32_t n = first;; ++n) {
    const std::string id = std::to_string(n);
    absl::Status status = (*collection)
                              ->Write({MakeEntry(id, n), MakeEntry(id + ".5", n, CaptionOf(n)),
                                       MakeEntry("same", n)});
    if (n >= 3) status.Update((*collection)->Remove({std::to_string(n - 3)}));
    if (n % 3 == 0) status.Update((*collection)->Flush());
    if (!status.ok() || write(pipe_end, &n, sizeof n) != sizeof n) _exit(2);
  }
}

// The last round that was acknowledged before the kill.
uint32_t RunAndKill(const std::string& dir, uint32_t first, int after_ms) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) WriteUntilKilled(dir, first, ends[1]);
  close(ends[1]);
  uint32_t acknowledged = 0;
  if (read(ends[0], &acknowledged, sizeof acknowledged) <= 0) ADD_FAILURE() << "the child failed";
  std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) continue;
  close(ends[0]);
  return acknowledged;
}

TEST(CollectionCrash, LosesAndDoublesNothingWhenKilled) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer allows no threads in a forked child";
#endif
  const std::string dir = MakeTempDir();
  std::mt19937 random(std::random_device{}());
  uint32_t next = 0;
  for (int round = 0; round < 5; ++round) {
    const uint32_t acknowledged = RunAndKill(dir, next, static_cast<int>(random() % 150));
    EXPECT_THAT(Verify(dir), IsEmpty());
    const auto collection = OpenTestCollection(dir);
    const auto snapshot = collection->snapshot();
    const std::set<std::string> live = LiveIds(*snapshot);
    const bool wrote_one_more = live.contains(std::to_string(acknowledged + 1));
    const uint32_t last = acknowledged + (wrote_one_more ? 1 : 0);
    EXPECT_FALSE(live.contains(std::to_string(last + 1)));
    for (uint32_t n = 0; n <= last; ++n) {
      EXPECT_TRUE(live.contains(std::to_string(n) + ".5")) << n << " of " << last;
      Item expected = MakeEntry(std::to_string(n) + ".5", n, CaptionOf(n)).item;
      ReadCaptionEvents(Rules(), expected);
      EXPECT_EQ(expected.events.size(), 1u);
      EXPECT_EQ(collection->store().GetItem(expected.id).value(), expected);
      const bool is_live = live.contains(std::to_string(n));
      EXPECT_FALSE(is_live && n + 3 <= acknowledged) << n << " of " << last;
      EXPECT_TRUE(is_live || n + 3 <= last) << n << " of " << last;
    }
    EXPECT_GT(Nearest(*snapshot, last).second, 0.98f);
    const Item same = collection->store().GetItem("same").value();
    EXPECT_EQ(same.sha256, Sha256(std::to_string(last)));
    next = acknowledged + 1;  // a round that was cut off is done again, its removal too
  }
  EXPECT_THAT(Verify(dir), IsEmpty());
}

}  // namespace
}  // namespace imago
