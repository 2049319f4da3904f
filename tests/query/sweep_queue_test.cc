#include "query/sweep_queue.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

using std::chrono::microseconds;

class SweepQueueTest : public testing::Test {
 protected:
  using Request = std::shared_ptr<SweepRequest>;

  Request Add(size_t k = 10, std::shared_ptr<const RowMask> keep = nullptr) {
    auto request = std::make_shared<SweepRequest>();
    request->index = index_;
    request->keep = std::move(keep);
    request->query = {1, 0};
    request->k = k;
    queue_.Add(request, now_);
    return request;
  }
  void Pass(int us) { now_ += microseconds(us); }
  size_t Take(const Request& request) { return queue_.Take(*request, now_).size(); }

  SweepQueue queue_{{.max_queries = 3, .max_wait = microseconds(1000), .max_running = 2}};
  SweepQueue::Time now_{std::chrono::hours(1)};
  std::shared_ptr<const VectorIndex> index_ = NewIndex({}, 2).value();
};

TEST_F(SweepQueueTest, TheFirstGoesAtOnce) {
  const auto first = Add();
  EXPECT_EQ(queue_.Due(now_), first);
  EXPECT_EQ(Take(first), 1u);
  EXPECT_EQ(queue_.waiting(), 0u);
}

TEST_F(SweepQueueTest, BesideASweepTheOldestWaitsItsTime) {
  Take(Add());
  const auto oldest = Add();
  Pass(600);
  const auto second = Add();
  Pass(399);
  EXPECT_EQ(queue_.Due(now_), nullptr);
  EXPECT_EQ(Take(oldest), 0u);
  EXPECT_EQ(queue_.WakeAt(*oldest, now_), now_ + microseconds(1));
  EXPECT_EQ(queue_.WakeAt(*second, now_), SweepQueue::Time::max());
  Pass(1);
  EXPECT_EQ(queue_.Due(now_), oldest);
  EXPECT_EQ(Take(second), 2u);
}

TEST_F(SweepQueueTest, AFullBatchDoesNotWait) {
  Take(Add());
  Add();
  Add();
  EXPECT_EQ(queue_.Due(now_), nullptr);
  const auto last = Add();
  const auto more = Add();
  EXPECT_EQ(Take(more), 0u);
  EXPECT_EQ(Take(last), 3u);
  EXPECT_EQ(queue_.waiting(), 1u);
}

TEST_F(SweepQueueTest, TheEndOfAllSweepsLetsTheOldestGo) {
  Take(Add());
  const auto waiting = Add();
  EXPECT_EQ(Take(waiting), 0u);
  queue_.Finish();
  EXPECT_EQ(Take(waiting), 1u);
}

TEST_F(SweepQueueTest, NoMoreSweepsRunThanMay) {
  Take(Add());
  const auto second = Add();
  Pass(1000);
  EXPECT_EQ(Take(second), 1u);
  const auto third = Add();
  Pass(1'000'000);
  EXPECT_EQ(queue_.Due(now_), nullptr);
  EXPECT_EQ(queue_.WakeAt(*third, now_), SweepQueue::Time::max());
  queue_.Finish();
  EXPECT_EQ(queue_.Due(now_), third);
}

TEST_F(SweepQueueTest, OnlySearchesOfTheSameRowsGoTogether) {
  const auto mask = [](size_t row) {
    RowMask rows(100);
    rows.Set(row);
    return std::make_shared<const RowMask>(rows);
  };
  const auto first = Add(10, mask(1));
  Add(10, mask(1));
  const auto other_mask = Add(10, mask(2));
  const auto all_rows = Add(10);
  index_ = NewIndex({}, 2).value();
  const auto other_index = Add(10);
  EXPECT_EQ(Take(other_mask), 0u);  // the older one goes first
  EXPECT_EQ(Take(first), 2u);
  queue_.Finish();
  EXPECT_EQ(Take(other_mask), 1u);
  queue_.Finish();
  EXPECT_EQ(Take(all_rows), 1u);
  queue_.Finish();
  EXPECT_EQ(Take(other_index), 1u);
}

TEST_F(SweepQueueTest, ALargeSearchIsNoBurdenToSmallOnes) {
  const auto small = Add(1);
  Add(64);
  const auto large = Add(65);
  EXPECT_EQ(Take(small), 2u);
  queue_.Finish();
  Add(256);
  EXPECT_EQ(Take(large), 2u);
}

TEST_F(SweepQueueTest, WhoLeavesIsNotAnsweredAndTheNextTakesItsPlace) {
  Take(Add());
  const auto leaves = Add();
  Pass(500);
  const auto stays = Add();
  queue_.Remove(*leaves);
  queue_.Remove(*leaves);
  EXPECT_EQ(queue_.WakeAt(*stays, now_), now_ + microseconds(1000));
  Pass(999);
  EXPECT_EQ(Take(stays), 0u);
  Pass(1);
  EXPECT_EQ(Take(stays), 1u);
  EXPECT_EQ(queue_.waiting(), 0u);
}

}  // namespace
}  // namespace imago
