#include "index/bounded_queue.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(BoundedQueue, KeepsTheOrder) {
  BoundedQueue<int> queue(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.Pop(), i);
}

TEST(BoundedQueue, GivesWhatIsLeftAfterTheEnd) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  queue.Push(std::make_unique<int>(7));
  queue.Close();
  EXPECT_FALSE(queue.Push(std::make_unique<int>(8)));
  EXPECT_EQ(**queue.Pop(), 7);
  EXPECT_FALSE(queue.Pop().has_value());
}

TEST(BoundedQueue, TriesWithoutWaiting) {
  BoundedQueue<int> queue(2);
  EXPECT_EQ(queue.TryPop(), std::nullopt);
  ASSERT_TRUE(queue.Push(1));
  EXPECT_EQ(queue.TryPop(), 1);
  EXPECT_EQ(queue.TryPop(), std::nullopt);
}

TEST(BoundedQueue, WakesMakersThatWaitForRoomWhenClosed) {
  BoundedQueue<int> queue(1);
  queue.Push(1);
  std::thread maker([&] { EXPECT_FALSE(queue.Push(2)); });
  queue.Close();
  maker.join();
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenThreads) {
  BoundedQueue<int> queue(4);
  std::atomic<int> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> makers, takers;
  for (int t = 0; t < 3; ++t) {
    makers.emplace_back([&] {
      for (int i = 1; i <= 500; ++i) queue.Push(i);
    });
    takers.emplace_back([&] {
      while (const auto value = queue.Pop()) sum += *value, ++count;
    });
  }
  for (std::thread& maker : makers) maker.join();
  queue.Close();
  for (std::thread& taker : takers) taker.join();
  EXPECT_EQ(count, 1500);
  EXPECT_EQ(sum, 3 * 500 * 501 / 2);
}

}  // namespace
}  // namespace imago
