#include "embed/torch/event_run.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <utility>

#include "embed/random.h"
#include "embed/torch/alignment.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/starter_model.h"

namespace imago {
namespace {

constexpr double kDecay = 0.05;
constexpr int64_t kPass = 64;

torch::Tensor Floats(const RowFiles& maps, const torch::Tensor& indices) {
  return MapsOf(maps, indices).to(torch::kFloat32);
}

// Of the boxes of roles that have one.
torch::Tensor BoxDistance(const torch::Tensor& boxes, const torch::Tensor& targets,
                          const torch::Tensor& seen) {
  return ((boxes - targets).abs().mean(-1) * seen).sum() / seen.sum().clamp_min(1);
}

torch::Tensor Area(const torch::Tensor& boxes) {
  const torch::Tensor sides = (boxes.slice(-1, 2, 4) - boxes.slice(-1, 0, 2)).clamp_min(0);
  return sides.select(-1, 0) * sides.select(-1, 1);
}

torch::Tensor OverlapOverUnion(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor both = torch::cat({torch::maximum(a.slice(-1, 0, 2), b.slice(-1, 0, 2)),
                                         torch::minimum(a.slice(-1, 2, 4), b.slice(-1, 2, 4))},
                                        -1);
  const torch::Tensor shared = Area(both);
  return shared / (Area(a) + Area(b) - shared).clamp_min(1e-9);
}

// Whether the middle of `inner` lies in `outer`.
torch::Tensor HasMiddle(const torch::Tensor& outer, const torch::Tensor& inner) {
  const torch::Tensor middle = (inner.slice(-1, 0, 2) + inner.slice(-1, 2, 4)) / 2;
  return ((middle >= outer.slice(-1, 0, 2)) & (middle <= outer.slice(-1, 2, 4))).all(-1);
}

// What scenes tell of: their types and, of each role, its filler.
struct NamedThings {
  torch::Tensor rows;   // [n, 1 + kPictureRoles, text]
  torch::Tensor there;  // [n, 1 + kPictureRoles]: roles that nothing fills are padding
};
NamedThings NamesOf(const EventHead& head, const torch::Tensor& type_rows,
                    const torch::Tensor& types, const torch::Tensor& fillers) {
  const torch::Tensor rows = head.fillers.index_select(0, fillers.flatten())
                                 .view({fillers.size(0), kPictureRoles, head.shape().text});
  const torch::Tensor filled = fillers != head.shape().fillers - 1;
  return {torch::cat({type_rows.index_select(0, types).unsqueeze(1), rows}, 1),
          torch::cat({torch::ones_like(filled.narrow(1, 0, 1)), filled}, 1)};
}

// Of each role's filler the region [n, kPictureRoles, 4] of the highest score among the whole
// picture and the boxes; `scores` are [n, 1 + kPictureRoles, 1 + kPictureRoles].
torch::Tensor BestRegions(const torch::Tensor& scores, const torch::Tensor& boxes) {
  const torch::Tensor picture = torch::tensor({0.0, 0.0, 1.0, 1.0}, torch::kFloat32);
  const torch::Tensor regions = torch::cat({picture.expand({boxes.size(0), 1, 4}), boxes}, 1);
  const torch::Tensor best = scores.narrow(1, 1, kPictureRoles).argmax(2);
  return regions.gather(1, best.unsqueeze(2).expand({-1, -1, 4}));
}

// Whether a region is where the filler is: overlap over union at least a half, or its middle
// inside.
torch::Tensor IsRightPlace(const torch::Tensor& regions, const torch::Tensor& boxes) {
  return (OverlapOverUnion(regions, boxes) >= 0.5) | HasMiddle(boxes, regions);
}

double Share(const torch::Tensor& right, const torch::Tensor& counted) {
  const torch::Tensor weights = counted.to(torch::kFloat64);
  const double count = weights.sum().item<double>();
  return count == 0 ? 0 : (right.to(torch::kFloat64) * weights).sum().item<double>() / count;
}

}  // namespace

EventRun::EventRun(std::shared_ptr<EventHead> head, const EventTrainSet* set,
                   const EventRunOptions& options)
    : CheckpointedRun(
          head,
          std::make_unique<torch::optim::AdamW>(
              head->parameters(),
              torch::optim::AdamWOptions(options.rate).betas({0.9, 0.98}).weight_decay(kDecay)),
          options.steps, options.settings),
      head_(std::move(head)),
      set_(set),
      options_(options) {}

torch::Tensor EventRun::Loss() const {
  Random mix(options_.seed);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step()));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  const auto draw = [&random](int64_t most, int64_t count) {
    return torch::randint(most, {count}, random, torch::kInt64);
  };
  const EventScenes& scenes = set_->scenes;
  const torch::Tensor some = draw(scenes.types.size(0), options_.scenes);
  const torch::Tensor others = draw(set_->others.count(), options_.others);
  const EventReadings readings =
      head_->Forward(torch::cat({Floats(scenes.maps, some), Floats(set_->others, others)}));
  const torch::Tensor none = torch::full_like(others, head_->shape().types - 1);
  const torch::Tensor types = torch::cat({scenes.types.index_select(0, some), none});
  const torch::Tensor fillers = readings.fillers.narrow(0, 0, options_.scenes).flatten(0, 1);
  const torch::Tensor true_fillers = scenes.fillers.index_select(0, some);
  const torch::Tensor loss =
      torch::nll_loss(readings.types, types) + torch::nll_loss(fillers, true_fillers.flatten()) +
      options_.boxes * BoxDistance(readings.boxes.narrow(0, 0, options_.scenes),
                                   scenes.boxes.index_select(0, some),
                                   scenes.seen.index_select(0, some));
  if (options_.alignment == 0) return loss;
  const NamedThings names =
      NamesOf(*head_, set_->type_rows, scenes.types.index_select(0, some), true_fillers);
  const torch::Tensor costs =
      AlignmentCosts(names.rows, readings.regions.narrow(0, 0, options_.scenes));
  return loss + options_.alignment * AlignmentLoss(costs, names.there);
}

void EventRun::Step() {
  const double rate = options_.rate * RateFactor(step(), options_.steps);
  SetRate(rate);
  const torch::Tensor loss = Loss();
  Descend(loss);
  Record(loss, rate, head_->shape().filler_scale);
}

EventReadings ReadAll(EventHead& head, const RowFiles& maps) {
  std::vector<torch::Tensor> types;
  std::vector<torch::Tensor> fillers;
  std::vector<torch::Tensor> boxes;
  std::vector<torch::Tensor> regions;
  for (int64_t begin = 0; begin < maps.count(); begin += kPass) {
    const EventReadings some =
        head.Forward(Floats(maps, torch::arange(begin, std::min(begin + kPass, maps.count()))));
    types.push_back(some.types);
    fillers.push_back(some.fillers);
    boxes.push_back(some.boxes);
    regions.push_back(some.regions);
  }
  return {torch::cat(types), torch::cat(fillers), torch::cat(boxes), torch::cat(regions)};
}

PictureEventScores ScoreEvents(EventHead& head, const EventScenes& scenes,
                               const torch::Tensor& type_rows) {
  const torch::NoGradGuard no_grad;
  const EventReadings readings = ReadAll(head, scenes.maps);
  const int64_t count = scenes.types.size(0);
  const torch::Tensor all = torch::arange(count);
  const torch::Tensor paired = all < scenes.paired;
  const torch::Tensor other = torch::where(paired, all + 1 - 2 * all.remainder(2), all);
  const torch::Tensor second = torch::div(all, 2, "floor").remainder(2) == 1;
  const torch::Tensor of_roles = paired & second;
  const torch::Tensor other_types = scenes.types.index_select(0, other);
  const torch::Tensor of_events = paired & second.logical_not() & (other_types != scenes.types);
  const auto type_score = [&](const torch::Tensor& types) {
    return readings.types.gather(1, types.unsqueeze(1)).squeeze(1);
  };
  const torch::Tensor pair = readings.fillers.narrow(1, 0, 2);
  const auto fillers_score = [&](const torch::Tensor& fillers) {
    return pair.gather(2, fillers.unsqueeze(2)).squeeze(2).sum(1);
  };
  const torch::Tensor own = scenes.fillers.narrow(1, 0, 2);
  PictureEventScores scores;
  scores.scenes = count;
  scores.event_swaps = of_events.sum().item<int64_t>();
  scores.role_swaps = of_roles.sum().item<int64_t>();
  scores.type = Share(readings.types.argmax(1) == scenes.types, torch::ones({count}));
  scores.filler = Share(readings.fillers.argmax(2) == scenes.fillers,
                        scenes.fillers != head.shape().fillers - 1);
  scores.box = Share(OverlapOverUnion(readings.boxes, scenes.boxes) >= 0.5, scenes.seen);
  scores.centre = Share(IsRightPlace(readings.boxes, scenes.boxes), scenes.seen);
  const NamedThings names = NamesOf(head, type_rows, scenes.types, scenes.fillers);
  const torch::Tensor costs = AlignmentCosts(names.rows, readings.regions);
  const auto right = [&](const torch::Tensor& region_scores) {
    return IsRightPlace(BestRegions(region_scores, readings.boxes), scenes.boxes);
  };
  scores.aligned = Share(right(AlignmentPlans(costs, names.there)), scenes.seen);
  scores.nearest = Share(right(-costs), scenes.seen);
  scores.boxes = static_cast<int64_t>(scenes.seen.sum().item<double>());
  scores.event_swap = Share(type_score(scenes.types) > type_score(other_types), of_events);
  scores.role_swap = Share(fillers_score(own) > fillers_score(own.flip({1})), of_roles);
  return scores;
}

}  // namespace imago
