#include "embed/torch/pair_model.h"

#include <cmath>

#include "embed/decode_image.h"
#include "embed/torch/trained_part.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr int64_t kMaxTokenizerBytes = 64 << 20;

absl::StatusOr<std::shared_ptr<ClipModel>> OpenModelOf(const std::string& dir) {
  const auto bundle = OpenBundle(dir);
  if (!bundle.ok()) return bundle.status();
  const auto words = ReadFile(dir + "/" + bundle->config.tokenizer_file, kMaxTokenizerBytes);
  if (!words.ok()) return words.status();
  const auto tokenizer = NewTokenizer(bundle->config.tokenizer_kind, *words);
  if (!tokenizer.ok()) return tokenizer.status();
  auto model = ClipModel::Make(bundle->config, (*tokenizer)->vocab_size(), TowerInit::kNone);
  if (!model.ok()) return model.status();
  const auto file = SafetensorsFile::Open(dir + "/weights.safetensors");
  if (!file.ok()) return file.status();
  if (auto status = LoadWeights(*file, **model); !status.ok()) return status;
  return model;
}

absl::Status CopyWeights(const torch::nn::Module& from, const std::string& dir,
                         torch::nn::Module& to) {
  const torch::NoGradGuard no_grad;
  const auto sources = WeightsByName(from);
  const auto targets = WeightsByName(to);
  for (const auto& [name, target] : targets) {
    const auto source = sources.find(name);
    if (source == sources.end() || source->second.sizes() != target.sizes()) {
      return absl::InvalidArgumentError(
          fmt::format("{} has no tower of this shape: {} is missing or of another", dir, name));
    }
    target.detach().copy_(source->second);
  }
  return absl::OkStatus();
}

absl::Status BeginTowers(const TrainPairOptions& options, ClipModel& model) {
  if (!options.image.from.empty()) {
    const auto other = OpenModelOf(options.image.from);
    if (!other.ok()) return other.status();
    auto status = CopyWeights(*(*other)->image, options.image.from, *model.image);
    if (!status.ok()) return status;
  }
  if (options.text.from.empty()) return absl::OkStatus();
  const auto other = OpenModelOf(options.text.from);
  if (!other.ok()) return other.status();
  return CopyWeights(*(*other)->text, options.text.from, *model.text);
}

void AddAveraged(std::shared_ptr<ClipModel> copy, PairModel& model) {
  const torch::NoGradGuard no_grad;
  const auto sources = model.clip->Weights();
  for (const auto& [name, target] : copy->Weights()) target.detach().copy_(sources.at(name));
  for (torch::Tensor& parameter : copy->parameters()) parameter.set_requires_grad(false);
  model.averaged = model.register_module("averaged", std::move(copy));
}

void AddTeacherMap(int dim, int teacher_dim, PairModel& model) {
  if (teacher_dim == 0 || teacher_dim == dim) return;
  const torch::NoGradGuard no_grad;
  model.teacher_map =
      model.register_module("teacher_map", std::make_shared<Linear>(dim, teacher_dim));
  model.teacher_map->weight.normal_(0, std::pow(dim, -0.5));
  model.teacher_map->bias.zero_();
}

void AddLogits(const TrainPairOptions& options, PairModel& model) {
  const torch::NoGradGuard no_grad;
  model.clip->logit_scale.fill_(std::log(options.scale));
  if (options.loss != PairLossKind::kSigmoid) {
    if (model.clip->logit_bias.defined()) model.clip->logit_bias.set_requires_grad(false);
    return;
  }
  // Only SigLIP's bundles keep it: it moves no rank.
  model.logit_bias = model.clip->logit_bias.defined()
                         ? model.clip->logit_bias
                         : model.register_parameter("logit_bias", torch::zeros({}));
  model.logit_bias.fill_(options.bias);
}

}  // namespace

absl::StatusOr<std::shared_ptr<PairModel>> MakePairModel(const TrainPairOptions& options,
                                                         int vocab_size, int teacher_dim) {
  torch::manual_seed(options.seed);
  auto clip = ClipModel::Make(options.model, vocab_size);
  if (!clip.ok()) return clip.status();
  auto status = BeginTowers(options, **clip);
  if (status.ok()) status = SetTrained(options.image.part, *(*clip)->image);
  if (status.ok()) status = SetTrained(options.text.part, *(*clip)->text);
  if (!status.ok()) return status;
  auto model = std::make_shared<PairModel>();
  model->clip = model->register_module("clip", *std::move(clip));
  AddLogits(options, *model);
  AddTeacherMap(options.model.dim, teacher_dim, *model);
  if (options.ema == 0) return model;
  auto averaged = ClipModel::Make(options.model, vocab_size, TowerInit::kNone);
  if (!averaged.ok()) return averaged.status();
  AddAveraged(*std::move(averaged), *model);
  return model;
}

}  // namespace imago
