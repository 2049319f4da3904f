// Training with several processes: each test that needs two starts itself once more under mpirun.

#include "embed/torch/collective.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/pair_support.h"

namespace imago {
namespace {

TEST(SingleProcess, HasItsOwnRowsAndValuesOnly) {
  const auto collective = NewSingleProcess();
  EXPECT_EQ(collective->size(), 1);
  const torch::Tensor rows = torch::randn({3, 2}).requires_grad_();
  const auto gathered = GatherRows(rows, *collective);
  ASSERT_TRUE(gathered.ok());
  EXPECT_TRUE(torch::equal(gathered->rows, rows));
  EXPECT_FALSE(gathered->rows.requires_grad());
  EXPECT_EQ(gathered->begin, 0);
  EXPECT_EQ(GatherRows(torch::empty({0, 2}), *collective)->rows.size(0), 0);
}

// Of this test, by two processes; the exit code.
int RunTwice() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = fmt::format(
      "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 '{}' "
      "--gtest_filter={}.{}",
      program, test->test_suite_name(), test->name());
  return std::system(command.c_str());
}

void CheckGathering(const Collective& collective) {
  const int rank = collective.rank();
  const auto gathered = GatherRows(torch::full({1 + 2 * rank, 2}, rank), collective);
  ASSERT_TRUE(gathered.ok()) << gathered.status();
  EXPECT_EQ(gathered->begin, rank);
  EXPECT_TRUE(torch::equal(gathered->rows.select(1, 0), torch::tensor({0, 1, 1, 1})));
}

// The whole batch in one process against its two uneven parts, the weights after three steps.
void CheckSteps(const Collective& collective, PairLossKind loss) {
  TrainPairOptions options = TinyPairOptions();
  options.loss = loss;
  if (loss == PairLossKind::kTokens) options.model.text_tower = {"bag-of-tokens", {}, {}};
  options.scale = 10;
  options.micro_batch = 4;
  const auto whole = [](int64_t step) { return RandomBatch(12, 50 + step); };
  const auto part = [&](int64_t step) {
    const PairBatch batch = RandomBatch(12, 50 + step);
    return collective.rank() == 0 ? PartOf(batch, 0, 5) : PartOf(batch, 5, 12);
  };
  const auto alone = NewSingleProcess();
  const auto one = TinyPairModel(options);
  const auto two = TinyPairModel(options);
  PairRun run_alone(one, whole, *alone, options, "tiny");
  PairRun run_together(two, part, collective, options, "tiny");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(run_alone.Step().ok());
    ASSERT_TRUE(run_together.Step().ok());
    EXPECT_NEAR(run_alone.history()[i].loss, run_together.history()[i].loss, 1e-5);
    const auto expected = one->named_parameters();
    for (const auto& item : two->named_parameters()) {
      const torch::Tensor gradient = expected[item.key()].grad();
      EXPECT_LT((gradient - item.value().grad()).abs().max().item<double>(), 1e-5) << item.key();
    }
  }
}

TEST(TwoProcesses, GiveTheGradientOfOne) {
  if (LaunchedProcesses() == 1) {
    if (std::system("mpirun --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs mpirun";
    EXPECT_EQ(RunTwice(), 0);
    return;
  }
  at::set_num_threads(1);
  const auto collective = OpenCollective();
  if (absl::IsUnimplemented(collective.status())) GTEST_SKIP() << collective.status();
  ASSERT_TRUE(collective.ok()) << collective.status();
  ASSERT_EQ((*collective)->size(), 2);
  CheckGathering(**collective);
  CheckSteps(**collective, PairLossKind::kSigmoid);
  CheckSteps(**collective, PairLossKind::kTokens);
  EXPECT_TRUE((*collective)->Finish().ok());
}

}  // namespace
}  // namespace imago
