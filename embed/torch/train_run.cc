#include "embed/torch/train_run.h"

#include <cmath>
#include <cstring>
#include <map>

#include "embed/torch/clip_model.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr char kSettings[] = "settings";
constexpr char kHistory[] = "history";
constexpr int64_t kHistoryColumns = 3;  // loss, rate, scale

torch::optim::AdamWParamState* FindState(torch::optim::AdamW& optimiser,
                                         const torch::Tensor& parameter) {
  const auto found = optimiser.state().find(parameter.unsafeGetTensorImpl());
  if (found == optimiser.state().end()) return nullptr;
  return static_cast<torch::optim::AdamWParamState*>(found->second.get());
}

TensorToWrite ToWrite(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().to(torch::kFloat32).contiguous();
  return {name, TensorType::kF32, values.sizes().vec(),
          std::string(static_cast<const char*>(values.data_ptr()), values.nbytes())};
}

// The moments of every parameter by name, zero where the optimiser has none yet.
std::map<std::string, torch::Tensor> Moments(torch::optim::AdamW& optimiser,
                                             const StarterModel& model) {
  std::map<std::string, torch::Tensor> moments;
  for (const auto& item : model.named_parameters()) {
    const auto* state = FindState(optimiser, item.value());
    const torch::Tensor zeros = torch::zeros_like(item.value());
    moments["adam.mean." + item.key()] = state ? state->exp_avg() : zeros;
    moments["adam.square." + item.key()] = state ? state->exp_avg_sq() : zeros;
  }
  return moments;
}

void RestoreMoments(torch::optim::AdamW& optimiser, const StarterModel& model, int64_t step,
                    const std::map<std::string, torch::Tensor>& moments) {
  for (const auto& item : model.named_parameters()) {
    auto state = std::make_unique<torch::optim::AdamWParamState>();
    state->step(step);
    state->exp_avg(moments.at("adam.mean." + item.key()));
    state->exp_avg_sq(moments.at("adam.square." + item.key()));
    optimiser.state()[item.value().unsafeGetTensorImpl()] = std::move(state);
  }
}

torch::Tensor HistoryTensor(const std::vector<LossPoint>& history) {
  torch::Tensor rows = torch::empty({static_cast<int64_t>(history.size()), kHistoryColumns});
  float* out = rows.data_ptr<float>();
  for (const LossPoint& point : history) {
    *out++ = static_cast<float>(point.loss);
    *out++ = static_cast<float>(point.learning_rate);
    *out++ = static_cast<float>(point.logit_scale);
  }
  return rows;
}

std::vector<LossPoint> HistoryFrom(const std::vector<float>& values) {
  std::vector<LossPoint> history;
  for (size_t i = 0; i + kHistoryColumns <= values.size(); i += kHistoryColumns) {
    history.push_back(
        {static_cast<int64_t>(history.size()), values[i], values[i + 1], values[i + 2]});
  }
  return history;
}

absl::StatusOr<std::vector<LossPoint>> ReadHistory(const SafetensorsFile& file) {
  const auto values = file.ReadFloats(kHistory);
  if (!values.ok()) return values.status();
  return HistoryFrom(*values);
}

absl::Status CheckSettings(const SafetensorsFile& file, const std::string& wanted) {
  const auto found = file.metadata().find(kSettings);
  if (found == file.metadata().end()) return absl::DataLossError("is no checkpoint");
  if (found->second == wanted) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("is of a run with other settings: {}; this one has: {}", found->second, wanted));
}

}  // namespace

TrainRun::TrainRun(std::shared_ptr<StarterModel> model, const BatchSampler* batches,
                   const TrainRunOptions& options)
    : model_(std::move(model)),
      batches_(batches),
      options_(options),
      teacher_(*model_->head),
      optimiser_(MakeOptimiser(*model_, options.learning_rate)) {}

void TrainRun::Step() {
  const auto step = static_cast<int64_t>(history_.size());
  const double factor = RateFactor(step, options_.steps);
  SetRates(*optimiser_, options_.learning_rate, factor);
  optimiser_->zero_grad();
  const torch::Tensor loss = StarterLoss(*model_, teacher_, batches_->Draw(step), options_.loss);
  loss.backward();
  optimiser_->step();
  const double scale = std::exp(model_->logit_scale.item<float>());
  // Through f32, as a checkpoint keeps it.
  const auto rate = static_cast<float>(options_.learning_rate * factor);
  history_.push_back({step, loss.item<float>(), rate,
                      static_cast<float>(std::min(scale, options_.loss.max_scale))});
}

absl::Status TrainRun::Save(const std::string& path) {
  std::vector<TensorToWrite> tensors = {ToWrite(kHistory, HistoryTensor(history_))};
  for (const auto& [name, tensor] : WeightsByName(*model_))
    tensors.push_back(ToWrite(name, tensor));
  for (const auto& [name, tensor] : Moments(*optimiser_, *model_)) {
    tensors.push_back(ToWrite(name, tensor));
  }
  return WriteSafetensors(path, tensors, {{kSettings, options_.settings}});
}

absl::Status TrainRun::Load(const std::string& path) {
  const auto named = [&path](const absl::Status& status) {
    return absl::Status(status.code(), fmt::format("{} {}", path, std::string(status.message())));
  };
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  if (auto status = CheckSettings(*file, options_.settings); !status.ok()) return named(status);
  auto history = ReadHistory(*file);
  if (!history.ok()) return named(history.status());
  std::map<std::string, torch::Tensor> targets = WeightsByName(*model_);
  std::map<std::string, torch::Tensor> moments;
  for (const auto& item : model_->named_parameters()) {
    moments["adam.mean." + item.key()] = torch::empty_like(item.value()).detach();
    moments["adam.square." + item.key()] = torch::empty_like(item.value()).detach();
  }
  targets.insert(moments.begin(), moments.end());
  targets[kHistory] = torch::empty({static_cast<int64_t>(history->size()), kHistoryColumns});
  if (auto status = LoadTensors(*file, targets); !status.ok()) return named(status);
  RestoreMoments(*optimiser_, *model_, static_cast<int64_t>(history->size()), moments);
  history_ = *std::move(history);
  return absl::OkStatus();
}

}  // namespace imago
