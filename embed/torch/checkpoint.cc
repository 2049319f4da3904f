#include "embed/torch/checkpoint.h"

#include <map>
#include <utility>

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
                                             const torch::nn::Module& model) {
  std::map<std::string, torch::Tensor> moments;
  for (const auto& item : model.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const auto* state = FindState(optimiser, item.value());
    moments["adam.mean." + item.key()] = state ? state->exp_avg() : torch::zeros_like(item.value());
    moments["adam.square." + item.key()] =
        state ? state->exp_avg_sq() : torch::zeros_like(item.value());
  }
  return moments;
}

void RestoreMoments(torch::optim::AdamW& optimiser, const torch::nn::Module& model, int64_t step,
                    const std::map<std::string, torch::Tensor>& moments) {
  for (const auto& item : model.named_parameters()) {
    if (!item.value().requires_grad()) continue;
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

absl::Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                            const torch::nn::Module& model, torch::optim::AdamW& optimiser) {
  std::vector<TensorToWrite> tensors = {ToWrite(kHistory, HistoryTensor(checkpoint.history))};
  for (const auto& [name, tensor] : WeightsByName(model)) tensors.push_back(ToWrite(name, tensor));
  for (const auto& [name, tensor] : Moments(optimiser, model)) {
    tensors.push_back(ToWrite(name, tensor));
  }
  return WriteSafetensors(path, tensors, {{kSettings, checkpoint.settings}});
}

absl::StatusOr<std::vector<LossPoint>> LoadCheckpoint(const std::string& path,
                                                      const std::string& settings,
                                                      torch::nn::Module& model,
                                                      torch::optim::AdamW& optimiser) {
  const auto named = [&path](const absl::Status& status) {
    return absl::Status(status.code(), fmt::format("{} {}", path, std::string(status.message())));
  };
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  if (auto status = CheckSettings(*file, settings); !status.ok()) return named(status);
  auto history = ReadHistory(*file);
  if (!history.ok()) return named(history.status());
  std::map<std::string, torch::Tensor> moments = Moments(optimiser, model);
  std::map<std::string, torch::Tensor> targets = WeightsByName(model);
  targets.insert(moments.begin(), moments.end());
  targets[kHistory] = torch::empty({static_cast<int64_t>(history->size()), kHistoryColumns});
  if (auto status = LoadTensors(*file, targets); !status.ok()) return named(status);
  RestoreMoments(optimiser, model, static_cast<int64_t>(history->size()), moments);
  return *std::move(history);
}

CheckpointedRun::CheckpointedRun(std::shared_ptr<torch::nn::Module> module,
                                 std::unique_ptr<torch::optim::AdamW> optimiser, int64_t steps,
                                 std::string settings)
    : module_(std::move(module)),
      optimiser_(std::move(optimiser)),
      steps_(steps),
      settings_(std::move(settings)) {}

absl::Status CheckpointedRun::Save(const std::string& path) {
  return SaveCheckpoint(path, {settings_, history_}, *module_, *optimiser_);
}

absl::Status CheckpointedRun::Load(const std::string& path) {
  auto history = LoadCheckpoint(path, settings_, *module_, *optimiser_);
  if (!history.ok()) return history.status();
  history_ = *std::move(history);
  return absl::OkStatus();
}

void CheckpointedRun::SetRate(double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimiser_->param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
  }
}

void CheckpointedRun::Descend(const torch::Tensor& loss) {
  optimiser_->zero_grad();
  loss.backward();
  optimiser_->step();
}

void CheckpointedRun::Record(const torch::Tensor& loss, double rate, double scale) {
  history_.push_back(
      {step(), loss.item<float>(), static_cast<float>(rate), static_cast<float>(scale)});
}

}  // namespace imago
