#include "query/shared_sweeps.h"

#include <bit>
#include <cmath>
#include <future>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

using testing::ElementsAre;
using Found = std::vector<std::vector<Neighbor>>;

constexpr size_t kDim = 16;
constexpr std::chrono::hours kNever{1};

std::vector<float> RandomRow(uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix row(1, kDim);
  for (size_t i = 0; i < kDim; ++i) row.data()[i] = normal(random);
  NormalizeRows(row);
  return {row.data(), row.data() + kDim};
}

std::shared_ptr<VectorIndex> MakeIndex(size_t rows) {
  Matrix all(rows, kDim);
  for (size_t r = 0; r < rows; ++r) {
    // Many rows are doubled, so that ties have to be broken.
    const std::vector<float> row = RandomRow(static_cast<uint32_t>(r * 2 / 3));
    std::copy(row.begin(), row.end(), all.row(r));
  }
  std::shared_ptr<VectorIndex> index = NewIndex({}, kDim).value();
  EXPECT_EQ(index->Add(all), absl::OkStatus());
  return index;
}

// An exact index that says how it is asked, and whose first searches wait to be let through.
class WatchedIndex : public VectorIndex {
 public:
  explicit WatchedIndex(int held) : held_(held) {}

  size_t size() const override { return index_->size(); }
  int dim() const override { return index_->dim(); }
  const RowStore& store() const override { return index_->store(); }
  absl::Status Add(MatrixView) override { return absl::UnimplementedError(""); }
  absl::StatusOr<std::string> Save() const override { return absl::UnimplementedError(""); }
  absl::StatusOr<Found> Search(MatrixView queries, size_t k, const RowMask* keep) const override {
    bool hold = false;
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back(queries.rows());
      hold = held_-- > 0;
    }
    if (hold) {
      entered.release();
      go_on.acquire();
    }
    if (throws) throw std::runtime_error("out of luck");
    return index_->Search(queries, k, keep);
  }
  std::vector<size_t> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

  mutable std::counting_semaphore<> entered{0}, go_on{0};
  std::atomic<bool> throws{false};

 private:
  std::shared_ptr<VectorIndex> index_ = MakeIndex(500);
  mutable std::mutex mutex_;
  mutable int held_;
  mutable std::vector<size_t> batches_;
};

std::shared_ptr<SweepRequest> Request(std::shared_ptr<const VectorIndex> index, uint32_t seed,
                                      size_t k = 5) {
  auto request = std::make_shared<SweepRequest>();
  request->index = std::move(index);
  request->query = RandomRow(seed);
  request->k = k;
  return request;
}

void ExpectSame(const std::vector<Neighbor>& a, const std::vector<Neighbor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].row, b[i].row);
    EXPECT_EQ(std::bit_cast<uint32_t>(a[i].score), std::bit_cast<uint32_t>(b[i].score));
  }
}

std::vector<Neighbor> Alone(const SweepRequest& request) {
  const MatrixView query(request.query.data(), 1, kDim);
  return request.index->Search(query, request.k, request.keep.get())->front();
}

// One search that is held in the index, and others that come meanwhile.
class SharedSweepsTest : public testing::Test {
 protected:
  using Answer = std::future<absl::StatusOr<std::vector<Neighbor>>>;

  void SetUp() override {
    first_ = Ask(Request(index_, 0));
    index_->entered.acquire();
  }
  Answer Ask(std::shared_ptr<SweepRequest> request, SearchLimits limits = {}) {
    return std::async(std::launch::async,
                      [this, request, limits] { return sweeps_.Search(request, limits); });
  }
  void AwaitWaiting(size_t count) {
    while (sweeps_.counts().waiting != count) std::this_thread::yield();
  }
  void LetGo() {
    index_->go_on.release();
    EXPECT_EQ(first_.get().status(), absl::OkStatus());
  }

  std::shared_ptr<WatchedIndex> index_ = std::make_shared<WatchedIndex>(1);
  SharedSweeps sweeps_{{.max_wait = kNever, .max_running = 2}};
  Answer first_;
};

TEST_F(SharedSweepsTest, WhoWaitsSharesTheNextSweep) {
  std::vector<std::shared_ptr<SweepRequest>> requests;
  std::vector<Answer> answers;
  for (uint32_t i = 0; i < 5; ++i) {
    requests.push_back(Request(index_, 7 + i, 3 + i));
    answers.push_back(Ask(requests.back()));
  }
  AwaitWaiting(5);
  LetGo();
  std::vector<std::vector<Neighbor>> found;
  for (Answer& answer : answers) found.push_back(answer.get().value());
  EXPECT_THAT(index_->batches(), ElementsAre(1, 5));
  for (size_t i = 0; i < 5; ++i) ExpectSame(found[i], Alone(*requests[i]));
  EXPECT_EQ(sweeps_.counts().sweeps, 2u);
  EXPECT_EQ(sweeps_.counts().queries, 6u);
}

TEST_F(SharedSweepsTest, AnErrorIsOfItsRequestAlone) {
  const auto good = Request(index_, 3);
  const auto bad = Request(index_, 4);
  bad->query[5] = std::nanf("");
  Answer good_answer = Ask(good), bad_answer = Ask(bad);
  AwaitWaiting(2);
  LetGo();
  EXPECT_EQ(bad_answer.get().status().code(), absl::StatusCode::kInvalidArgument);
  const auto found = good_answer.get();
  ASSERT_EQ(found.status(), absl::OkStatus());
  ExpectSame(*found, Alone(*good));
}

TEST_F(SharedSweepsTest, AnExceptionReachesAllAsAnError) {
  Answer one = Ask(Request(index_, 3)), other = Ask(Request(index_, 4));
  AwaitWaiting(2);
  index_->throws = true;
  index_->go_on.release();
  for (Answer* answer : {&first_, &one, &other}) {
    EXPECT_EQ(answer->get().status(), absl::InternalError("searching the index: out of luck"));
  }
}

TEST_F(SharedSweepsTest, WhoIsOverTheDeadlineLeavesTheQueue) {
  Answer stays = Ask(Request(index_, 3));
  AwaitWaiting(1);
  const auto past = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(Request(index_, 4), {.deadline = past, .gone = {}}).get().status().code(),
            absl::StatusCode::kDeadlineExceeded);
  const auto soon = past + std::chrono::milliseconds(5);
  EXPECT_EQ(Ask(Request(index_, 5), {.deadline = soon, .gone = {}}).get().status().code(),
            absl::StatusCode::kDeadlineExceeded);
  AwaitWaiting(1);
  LetGo();
  EXPECT_EQ(stays.get().status(), absl::OkStatus());
  EXPECT_THAT(index_->batches(), ElementsAre(1, 1));
}

TEST_F(SharedSweepsTest, WhoseClientHasLeftLeavesTheQueue) {
  std::atomic<bool> gone{false};
  Answer leaves = Ask(Request(index_, 4), {.gone = [&gone] { return gone.load(); }});
  AwaitWaiting(1);
  gone = true;
  EXPECT_EQ(leaves.get().status().code(), absl::StatusCode::kCancelled);
  AwaitWaiting(0);
  LetGo();
  EXPECT_THAT(index_->batches(), ElementsAre(1));
}

TEST(SharedSweeps, WhileOneSweepRunsAnotherStartsAfterTheWait) {
  const auto index = std::make_shared<WatchedIndex>(2);
  SharedSweeps sweeps{{.max_wait = std::chrono::microseconds(100), .max_running = 2}};
  const auto ask = [&](uint32_t seed) {
    return std::async(std::launch::async,
                      [&, seed] { return sweeps.Search(Request(index, seed), {}); });
  };
  auto first = ask(1), second = ask(2);
  index->entered.acquire();
  index->entered.acquire();  // both are in the index
  index->go_on.release(2);
  EXPECT_EQ(first.get().status(), absl::OkStatus());
  EXPECT_EQ(second.get().status(), absl::OkStatus());
}

TEST(SharedSweeps, ThreadsGetTheAnswersOfSearchingAlone) {
  const std::shared_ptr<const VectorIndex> indexes[] = {MakeIndex(5000), MakeIndex(300)};
  std::shared_ptr<const RowMask> masks[3];
  for (uint32_t m = 1; m < 3; ++m) {
    RowMask rows(5000);
    for (size_t r = m; r < 5000; r += m * 7) rows.Set(r);
    masks[m] = std::make_shared<const RowMask>(rows);
  }
  SharedSweeps sweeps{{.max_queries = 4, .max_wait = std::chrono::microseconds(50)}};
  std::vector<std::jthread> threads;
  for (uint32_t t = 0; t < 12; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 40; ++i) {
        const auto request = Request(indexes[random() % 2], random(), 1 + random() % 90);
        request->keep = masks[random() % 3];
        SearchLimits limits;
        const bool hurries = random() % 8 == 0;
        if (hurries)
          limits.deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(200);
        const auto found = sweeps.Search(request, limits);
        if (hurries && absl::IsDeadlineExceeded(found.status())) continue;
        ASSERT_EQ(found.status(), absl::OkStatus());
        ExpectSame(*found, Alone(*request));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(sweeps.counts().waiting, 0u);
}

}  // namespace
}  // namespace imago
