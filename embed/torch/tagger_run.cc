#include "embed/torch/tagger_run.h"

#include <algorithm>
#include <utility>

#include "embed/random.h"
#include "embed/torch/starter_model.h"

namespace imago {
namespace {

constexpr double kDecay = 0.01;
constexpr double kPretrained = 0.1;  // the share of the rate for what is pretrained
constexpr double kLongest = 1;       // of a gradient
constexpr double kScale = 8;         // both losses are means over words of which few tell anything
constexpr size_t kGroup = 16;        // batches that are drawn together and parted by length

uint64_t Mix(uint64_t seed, uint64_t number) { return Random(seed ^ Random(number).Next()).Next(); }

torch::Tensor MeanLoss(const torch::Tensor& scores, const torch::Tensor& labels) {
  namespace F = torch::nn::functional;
  const auto options =
      F::CrossEntropyFuncOptions().ignore_index(kNotLearned).reduction(torch::kSum);
  const torch::Tensor sum = F::cross_entropy(scores.flatten(0, 1), labels.flatten(), options);
  return kScale * sum / (labels != kNotLearned).sum().clamp_min(1);
}

// Two groups, the second of what is pretrained.
std::unique_ptr<torch::optim::AdamW> Optimiser(const TaggerModel& model, double rate) {
  std::vector<torch::Tensor> fresh;
  std::vector<torch::Tensor> pretrained;
  for (const auto& parameter : model.named_parameters()) {
    const bool of_bert = parameter.key().rfind("bert.", 0) == 0;
    (of_bert ? pretrained : fresh).push_back(parameter.value());
  }
  const auto options = torch::optim::AdamWOptions(rate).weight_decay(kDecay);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (auto* group : {&fresh, &pretrained}) {
    if (group->empty()) continue;
    groups.emplace_back(std::move(*group), std::make_unique<torch::optim::AdamWOptions>(options));
  }
  return std::make_unique<torch::optim::AdamW>(std::move(groups), options);
}

}  // namespace

TaggerRun::TaggerRun(std::shared_ptr<TaggerModel> model, const TaggerTrainSet* set,
                     const TaggerRunOptions& options)
    : CheckpointedRun(model, Optimiser(*model, options.rate), options.steps, options.settings),
      model_(std::move(model)),
      set_(set),
      options_(options) {}

// Sentences of about one length, so that little is padded.
std::vector<size_t> TaggerRun::Draw() const {
  const auto group = static_cast<uint64_t>(step()) / kGroup;
  Random random(Mix(options_.seed, group));
  const auto count = static_cast<int64_t>(set_->examples.size());
  std::vector<size_t> drawn(kGroup * static_cast<size_t>(options_.batch));
  for (size_t& one : drawn) one = static_cast<size_t>(random.Below(count));
  std::stable_sort(drawn.begin(), drawn.end(), [this](size_t a, size_t b) {
    return set_->examples[a].words.size() < set_->examples[b].words.size();
  });
  std::vector<size_t> order(kGroup);
  for (size_t i = 0; i < kGroup; ++i) order[i] = i;
  for (size_t i = kGroup - 1; i > 0; --i) {
    std::swap(order[i], order[static_cast<size_t>(random.Below(static_cast<int64_t>(i) + 1))]);
  }
  const auto begin =
      drawn.begin() + static_cast<std::ptrdiff_t>(order[static_cast<size_t>(step()) % kGroup] *
                                                  static_cast<size_t>(options_.batch));
  return {begin, begin + static_cast<std::ptrdiff_t>(options_.batch)};
}

torch::Tensor TaggerRun::Loss(const std::vector<size_t>& chosen) const {
  Random random(Mix(options_.seed + 1, static_cast<uint64_t>(step())));
  const TaggerBatch batch = JoinExamples(*set_, chosen, &random);
  const TaggerModel::Encoded words = model_->Encode(batch.features, batch.lengths, batch.pieces);
  torch::Tensor loss = MeanLoss(model_->Types(words), batch.types);
  if (batch.roles.size(0) > 0) {
    loss = loss + MeanLoss(model_->Roles(words, batch.triggers), batch.roles);
  }
  return loss;
}

void TaggerRun::Step() {
  const double rate = options_.rate * RateFactor(step(), options_.steps);
  SetRate(rate);
  auto& groups = optimiser().param_groups();
  if (groups.size() > 1) {
    static_cast<torch::optim::AdamWOptions&>(groups[1].options()).lr(kPretrained * rate);
  }
  torch::manual_seed(Mix(options_.seed + 2, static_cast<uint64_t>(step())));
  const torch::Tensor loss = Loss(Draw());
  optimiser().zero_grad();
  loss.backward();
  torch::nn::utils::clip_grad_norm_(model_->parameters(), kLongest);
  optimiser().step();
  Record(loss, rate, 0);
}

}  // namespace imago
