#include "query/planner.h"

#include <random>

#include "gtest/gtest.h"
#include "index/row_store.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr size_t kDim = 16;

// Searching all rows costs 100 ms alone and 10 ms in a batch, the index 1 ms.
PlanInput Input() {
  PlanInput input;
  input.rows = 1000;
  input.kept = 1000;
  input.target_ms = 20;
  input.probe = IndexProbe{.exact_ms = 100, .exact_shared_ms = 10, .approximate_ms = 1};
  return input;
}

TEST(ChoosePlan, IsApproximateUntilSomethingIsMeasured) {
  PlanInput input = Input();
  input.probe.reset();
  const Plan plan = ChoosePlan(input);
  EXPECT_FALSE(plan.exact);
  EXPECT_EQ(plan.why, "not measured yet");
}

TEST(ChoosePlan, IsApproximateWhereExactWouldTakeTooLong) {
  const Plan plan = ChoosePlan(Input());
  EXPECT_FALSE(plan.exact);
  EXPECT_EQ(plan.why, "exact would cost 100.00 ms, above the target of 20 ms");
}

TEST(ChoosePlan, IsExactWithinTheTarget) {
  PlanInput input = Input();
  input.target_ms = 100;
  EXPECT_TRUE(ChoosePlan(input).exact);
}

TEST(ChoosePlan, IsExactWhereAFilterKeepsFew) {
  PlanInput input = Input();
  input.target_ms = 0;
  input.kept = 100;  // 10 ms either way
  EXPECT_TRUE(ChoosePlan(input).exact);
  input.kept = 110;
  EXPECT_FALSE(ChoosePlan(input).exact);
}

TEST(ChoosePlan, IsExactWhereManyShareTheSweep) {
  PlanInput input = Input();
  input.batch = 9;  // 10 + 90 / 9
  EXPECT_TRUE(ChoosePlan(input).exact);
  input.batch = 8;
  EXPECT_FALSE(ChoosePlan(input).exact);
}

Matrix RandomRows(size_t count) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  Matrix rows(count, kDim);
  for (size_t i = 0; i < count * kDim; ++i) rows.data()[i] = normal(random);
  NormalizeRows(rows);
  return rows;
}

// Answers the first `known` rows only, whatever is asked.
class ForgetfulIndex : public VectorIndex {
 public:
  explicit ForgetfulIndex(uint32_t known) : known_(known) {
    store_.Append(ToHalf(RandomRows(200)));
  }
  size_t size() const override { return store_.size(); }
  int dim() const override { return store_.dim(); }
  const RowStore& store() const override { return store_; }
  absl::Status Add(MatrixView) override { return absl::UnimplementedError(""); }
  absl::StatusOr<std::string> Save() const override { return absl::UnimplementedError(""); }
  absl::StatusOr<std::vector<std::vector<Neighbor>>> Search(MatrixView queries, size_t k,
                                                            const RowMask*) const override {
    RowMask keep(size());
    for (uint32_t r = 0; r < known_; ++r) keep.Set(r);
    return store_.Scan(queries, {.k = k, .keep = &keep});
  }

 private:
  const uint32_t known_;
  RowStore store_{static_cast<int>(kDim)};
};

TEST(ProbeIndex, MeasuresHowManyNeighboursAreFound) {
  EXPECT_EQ(ProbeIndex(ForgetfulIndex(200))->recall, 1);
  EXPECT_EQ(ProbeIndex(ForgetfulIndex(0))->recall, 0);
  const auto half = ProbeIndex(ForgetfulIndex(100));
  EXPECT_NEAR(half->recall, 0.5, 0.15);
  EXPECT_EQ(half->queries, 32u);
  EXPECT_GT(half->exact_ms, 0);
}

TEST(ProbeIndex, StopsWhenTold) {
  EXPECT_EQ(ProbeIndex(ForgetfulIndex(1), [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
}

Segment SegmentOf(std::shared_ptr<const VectorIndex> index) {
  Segment segment;
  segment.kind = IndexKind::kHnsw;
  segment.index = std::move(index);
  return segment;
}

TEST(Planner, MeasuresWhatItIsAskedAbout) {
  const Segment segment = SegmentOf(std::make_shared<ForgetfulIndex>(0));
  Planner planner(1e6);
  EXPECT_FALSE(planner.Find(segment.index.get()).has_value());
  EXPECT_FALSE(planner.Choose(segment, 200, 1).exact);
  planner.AwaitProbes();
  ASSERT_TRUE(planner.Find(segment.index.get()).has_value());
  EXPECT_EQ(planner.Find(segment.index.get())->recall, 0);
  EXPECT_TRUE(planner.Choose(segment, 200, 1).exact);
}

TEST(Planner, ForgetsAnIndexThatIsGoneAndEndsAtAnyTime) {
  Planner planner(1);
  Segment segment = SegmentOf(std::make_shared<ForgetfulIndex>(0));
  const VectorIndex* gone = segment.index.get();
  planner.Choose(segment, 200, 1);
  planner.AwaitProbes();
  segment.index.reset();
  EXPECT_FALSE(planner.Find(gone).has_value());
  for (int i = 0; i < 5; ++i) {
    planner.Choose(SegmentOf(std::make_shared<ForgetfulIndex>(9)), 200, 1);
  }
}

}  // namespace
}  // namespace imago
