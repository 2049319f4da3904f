#include "embed/torch/event_run.h"

#include "gtest/gtest.h"
#include "tests/embed/torch/resume_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr int64_t kThings = 4;
constexpr EventHeadShape kShape = {6, 32, 1, 4, 3, kThings + 1, 8, 20};

RowFiles Files(const std::string& name, const torch::Tensor& rows) {
  RowCache cache;
  cache.dir = MakeTempDir();
  cache.name = name;
  return *RowFiles::Make(cache, rows.size(0), [&rows](int64_t begin, int64_t end) {
    return absl::StatusOr<torch::Tensor>(rows.slice(0, begin, end));
  });
}

// Who acts stands on the left, to whom on the right; what happens shows below. Counterparts differ
// in what happens, or have the two exchanged.
EventTrainSet TwoPlaces(int64_t count) {
  torch::manual_seed(8);
  const torch::Tensor things = torch::randn({kThings, 6});
  const torch::Tensor acts = torch::randn({2, 6});
  EventTrainSet set;
  set.scenes.paired = count;
  std::vector<torch::Tensor> maps;
  set.scenes.types = torch::empty({count}, torch::kInt64);
  set.scenes.fillers = torch::full({count, kPictureRoles}, kThings, torch::kInt64);
  set.scenes.boxes = torch::zeros({count, kPictureRoles, 4});
  set.scenes.seen = torch::zeros({count, kPictureRoles});
  for (int64_t i = 0; i < count; ++i) {
    const bool of_roles = i / 2 % 2 == 1;
    const bool exchanged = i % 2 == 1;
    const int64_t one = i / 4 % kThings;
    const int64_t other = (one + 1 + i / 16 % 3) % kThings;
    const int64_t agent = of_roles && exchanged ? other : one;
    const int64_t target = of_roles && exchanged ? one : other;
    const int64_t act = of_roles ? i / 8 % 2 : i % 2;
    maps.push_back(
        torch::stack({things[agent], things[target], acts[act], acts[act]}).view({2, 2, 6}));
    set.scenes.types[i] = act;
    set.scenes.fillers[i][0] = agent;
    set.scenes.fillers[i][1] = target;
    set.scenes.boxes[i][0] = torch::tensor({0.0, 0.0, 0.5, 0.5});
    set.scenes.boxes[i][1] = torch::tensor({0.5, 0.0, 1.0, 0.5});
    set.scenes.seen.slice(1, 0, 2).fill_(1);
  }
  set.scenes.maps = Files("scenes", torch::stack(maps));
  set.type_rows = torch::nn::functional::normalize(torch::randn({3, 8}));
  set.others = Files("others", torch::randn({9, 2, 2, 6}));
  return set;
}

std::shared_ptr<EventHead> Head() {
  torch::manual_seed(9);
  auto head = std::make_shared<EventHead>(kShape);
  const torch::NoGradGuard no_grad;
  head->fillers.copy_(torch::nn::functional::normalize(torch::randn({kThings + 1, 8})));
  return head;
}

EventRunOptions Steps(int64_t steps) {
  EventRunOptions options;
  options.steps = steps;
  options.scenes = 16;
  options.others = 4;
  options.rate = 3e-3;
  options.settings = "two places";
  return options;
}

TEST(EventRun, LearnsWhoDoesWhatToWhom) {
  at::set_num_threads(1);
  const EventTrainSet set = TwoPlaces(48);
  const auto head = Head();
  const PictureEventScores before = ScoreEvents(*head, set.scenes, set.type_rows);
  EXPECT_LT(before.filler, 0.7);
  EXPECT_LT(before.box, 0.5);
  EventRun run(head, &set, Steps(400));
  while (!run.done()) run.Step();
  const PictureEventScores after = ScoreEvents(*head, set.scenes, set.type_rows);
  EXPECT_GT(after.type, 0.95);
  EXPECT_GT(after.filler, 0.95);
  EXPECT_GT(after.box, 0.95);
  EXPECT_GT(after.event_swap, 0.95);
  EXPECT_GT(after.role_swap, 0.95);
  EXPECT_EQ(after.scenes, 48);
  EXPECT_EQ(after.event_swaps, 24);
  EXPECT_EQ(after.role_swaps, 24);
  const torch::Tensor none = ReadAll(*head, set.others).types.argmax(1);
  EXPECT_GT((none == kShape.types - 1).to(torch::kFloat32).mean().item<float>(), 0.9);
}

TEST(EventRun, LearnsWhichRegionIsMeantWhenAsked) {
  at::set_num_threads(1);
  const EventTrainSet set = TwoPlaces(48);
  EventRunOptions options = Steps(400);
  options.alignment = 1;
  const auto head = Head();
  EXPECT_LT(ScoreEvents(*head, set.scenes, set.type_rows).aligned, 0.8);
  EventRun run(head, &set, options);
  while (!run.done()) run.Step();
  const PictureEventScores after = ScoreEvents(*head, set.scenes, set.type_rows);
  EXPECT_EQ(after.boxes, 96);
  EXPECT_GT(after.aligned, 0.95);
  EXPECT_GT(after.nearest, 0.95);
  EXPECT_GT(after.role_swap, 0.95);
}

TEST(EventRun, GoesOnFromACheckpointBitForBit) {
  const EventTrainSet set = TwoPlaces(48);
  EventRunOptions options = Steps(6);
  options.alignment = 0.5;
  ExpectGoesOnBitForBit([&] { return EventRun(Head(), &set, options); });
}

TEST(ScoreEvents, CountsARoleSwapOnlyWhereTheTrueFillersWin) {
  const EventTrainSet set = TwoPlaces(16);
  const auto head = Head();
  const PictureEventScores scores = ScoreEvents(*head, set.scenes, set.type_rows);
  EventScenes exchanged = set.scenes;
  exchanged.fillers = torch::cat({set.scenes.fillers.narrow(1, 0, 2).flip({1}),
                                  set.scenes.fillers.narrow(1, 2, kPictureRoles - 2)},
                                 1);
  EXPECT_NEAR(ScoreEvents(*head, exchanged, set.type_rows).role_swap, 1 - scores.role_swap, 1e-9);
}

}  // namespace
}  // namespace imago
