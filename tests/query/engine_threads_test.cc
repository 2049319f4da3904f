// Many searches at once, which share sweeps, beside the same ones alone.

#include <bit>
#include <random>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "query/engine.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr int kDim = 32;
constexpr uint32_t kItems = 10'000;  // enough for sweeps to be shared

std::vector<Entry> RandomEntries(const std::string& model) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<Entry> entries(kItems);
  for (uint32_t i = 0; i < kItems; ++i) {
    Matrix row(1, kDim);
    for (int j = 0; j < kDim; ++j) row.data()[j] = normal(random);
    NormalizeRows(row);
    const HalfMatrix half = ToHalf(row);
    Item& item = entries[i].item;
    item.id = std::to_string(i);
    item.sha256 = std::string(64, 'a');
    item.metadata_json = fmt::format(R"({{"year":{}}})", 2000 + i % 3);
    entries[i].vectors.push_back({{item.id}, model, {half.data(), half.data() + kDim}});
  }
  return entries;
}

std::vector<Query> MakeQueries() {
  std::vector<Query> queries(48);
  for (size_t i = 0; i < queries.size(); ++i) {
    Query& query = queries[i];
    query.terms.push_back({.item_id = std::to_string(i * 97)});
    query.limit = 1 + static_cast<int>(i * 7 % 40);
    if (i % 3 == 1) query.terms.push_back({.item_id = std::to_string(i * 31 + 1), .weight = -0.5});
    if (i % 4 == 2) query.terms.push_back({.text = fmt::format("word {}", i)});
    if (i % 2 == 0) {
      const std::string filter = R"({{"must":[{{"key":"year","match":{}}}]}})";
      query.filter = Filter::Parse(fmt::format(fmt::runtime(filter), 2000 + i / 2 % 3)).value();
    }
  }
  return queries;
}

std::string Text(const absl::StatusOr<Answer>& answer) {
  if (!answer.ok()) return answer.status().ToString();
  std::string text = answer->next_cursor;
  for (const Hit& hit : answer->hits) {
    text += fmt::format(" {}:{:x}", hit.item.id, std::bit_cast<uint64_t>(hit.raw_score));
  }
  return text;
}

class EngineThreadsTest : public testing::Test {
 protected:
  void SetUp() override {
    Config config;
    config.data_dir = MakeTempDir();
    engine_ = Engine::Open(config, NewHashEncoder(kDim)).value();
    collection_ = engine_->GetCollection("main", /*create=*/true).value();
    ASSERT_TRUE(collection_->Write(RandomEntries(engine_->encoder().model())).ok());
    ASSERT_TRUE(collection_->Remove({"5", "50", "500"}).ok());
  }

  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Collection> collection_;
};

TEST_F(EngineThreadsTest, AnswersAreThoseOfOneAtATime) {
  const std::vector<Query> queries = MakeQueries();
  std::vector<std::string> alone;
  for (const Query& query : queries) alone.push_back(Text(engine_->Search("main", query)));
  std::vector<std::jthread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (size_t n = 0; n < queries.size(); ++n) {
        const size_t i = (n * 5 + t * 11) % queries.size();
        EXPECT_EQ(Text(engine_->Search("main", queries[i])), alone[i]);
      }
    });
  }
  threads.clear();
  EXPECT_GE(engine_->sweep_counts().queries, 9 * queries.size());
  EXPECT_EQ(engine_->sweep_counts().waiting, 0u);
}

TEST_F(EngineThreadsTest, ASearchEndsWithItsTimeOrItsClient) {
  Query query;
  query.terms.push_back({.item_id = "1"});
  const auto past = std::chrono::steady_clock::now();
  EXPECT_EQ(engine_->Search("main", query, {.deadline = past, .gone = {}}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(engine_->Search("main", query, {.gone = [] { return true; }}).status().code(),
            absl::StatusCode::kCancelled);
  query.timeout_ms = 3'600'000;
  EXPECT_EQ(engine_->Search("main", query).status(), absl::OkStatus());
}

}  // namespace
}  // namespace imago
