#include "embed/train_clip.h"

#include "embed/torch/starter_bundle.h"
#include "embed/torch/train_data.h"
#include "embed/torch/train_run.h"
#include "embed/torch/train_sources.h"
#include "embed/torch/train_to_end.h"
#include "embed/torch/tune.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

absl::Status CheckAtLeast(const char* name, double value, double least) {
  if (value >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is {}, it must be at least {}", name, value, least));
}

absl::Status CheckOptions(const TrainClipOptions& options) {
  for (const auto& [name, value] : {std::pair{"size", options.size},
                                    {"encode_size", options.encode_size},
                                    {"views", options.views},
                                    {"also_views", options.also_views},
                                    {"hidden", options.hidden},
                                    {"detail", options.detail},
                                    {"pairs", options.pairs},
                                    {"checkpoint_every", options.checkpoint_every},
                                    {"threads", options.threads},
                                    {"tune_batch", options.tune_batch}}) {
    if (auto status = CheckAtLeast(name, value, 1); !status.ok()) return status;
  }
  for (const auto& [name, value] : {std::pair{"steps", options.steps},
                                    {"tune_steps", options.tune_steps},
                                    {"tune_from", options.tune_from}}) {
    if (auto status = CheckAtLeast(name, value, 0); !status.ok()) return status;
  }
  if (auto status = CheckAtLeast("batch", options.batch, 2); !status.ok()) return status;
  if (options.tune_share < 0 || options.tune_share > 1) {
    return absl::InvalidArgumentError(
        fmt::format("tune_share is {}, it must be 0 to 1", options.tune_share));
  }
  if (options.detail_percent < 0 || options.detail_percent > 99) {
    return absl::InvalidArgumentError(
        fmt::format("detail_percent is {}, it must be 0 to 99", options.detail_percent));
  }
  return absl::OkStatus();
}

// A sigmoid that is 1 in f32.
constexpr double kEstimateOnly = 30;

std::string Settings(const TrainClipOptions& options, const TrainData& data) {
  return fmt::format(
      "{}, size {}, {} views, hidden {}, detail {}, {} steps of {}, {} pairs, rate {}, scale {}, "
      "seed {}",
      data.settings, options.size, options.views, options.hidden, options.detail, options.steps,
      options.batch, options.pairs, options.learning_rate, options.max_logit_scale, options.seed);
}

std::shared_ptr<StarterModel> MakeModel(const TrainClipOptions& options, const TrainData& data) {
  PosteriorHeadShape shape;
  shape.features = data.init.class_weight.size(1);
  shape.classes = data.init.class_weight.size(0);
  shape.width = data.init.class_texts.size(1);
  shape.hidden = options.hidden;
  shape.detail = options.detail;
  shape.detail_share = options.detail_percent / 100.0;
  auto model = MakeStarterModel(shape, data.init, options.seed);
  if (options.steps == 0) {
    const torch::NoGradGuard no_grad;
    model->head->gate.fill_(kEstimateOnly);
  }
  return model;
}

// Goes through one part of the training.
template <typename Run>
absl::Status TrainPart(Run& run, const std::string& phase, const std::string& prefix,
                       const TrainClipOptions& options, TrainControl& control) {
  return TrainToEnd(
      run, [&run] { run.Step(); },
      {phase, prefix, run.steps(), options.checkpoint_every, options.run_dir,
       fmt::format("{}, {}, seed {}", options.name, phase, options.seed)},
      control);
}

void Measure(const StarterModel& model, const TestSet& test, TrainReport& report) {
  if (!test.features.defined()) return;
  const torch::NoGradGuard no_grad;
  const torch::Tensor scores =
      torch::matmul(model.head->Semantic(test.features), model.centre->Forward(test.names).t());
  const torch::Tensor right = scores.gather(1, test.labels.unsqueeze(1));
  const torch::Tensor better = (scores > right).sum(1);
  report.test_photos = test.labels.size(0);
  report.test_names = test.names.size(0);
  report.test_top1 = 100 * (better < 1).to(torch::kFloat64).mean().item<double>();
  report.test_top5 = 100 * (better < 5).to(torch::kFloat64).mean().item<double>();
}

// The head over the frozen networks.
absl::Status TrainHead(const TrainClipOptions& options, TrainControl& control,
                       const TrainData& data, std::shared_ptr<StarterModel> model,
                       TrainReport& report) {
  if (options.steps == 0) return absl::OkStatus();
  const BatchSampler batches(data.train, {options.batch, options.batch / 2, options.hidden, 0.5},
                             options.seed);
  TrainRunOptions run_options;
  run_options.steps = options.steps;
  run_options.learning_rate = options.learning_rate;
  run_options.loss.max_scale = options.max_logit_scale;
  run_options.settings = Settings(options, data);
  TrainRun run(std::move(model), &batches, run_options);
  auto status = TrainPart(run, "training", "", options, control);
  if (!status.ok()) return status;
  report.first_loss = run.history().front().loss;
  report.last_loss = run.history().back().loss;
  return absl::OkStatus();
}

// The head and the later blocks of data.lite.trunk.
absl::Status TuneTrunk(const TrainClipOptions& options, TrainControl& control, TrainData& data,
                       const std::shared_ptr<StarterModel>& model, TrainReport& report) {
  auto set = LoadTuneSet(options, data, control);
  if (!set.ok()) return set.status();
  report.tune_pictures = set->pictures();
  report.tune_labels = set->label_texts.size(0);
  data.sources = set->sources;
  const TuneOptions tune = MakeTuneOptions(options, *set, Settings(options, data));
  const auto batches =
      TuneSampler::Make(*std::move(set), {options.tune_batch, options.hidden, 0.5}, options.seed);
  if (!batches.ok()) return batches.status();
  const auto network = FrozenCopy(options, *data.lite.trunk);
  if (!network.ok()) return network.status();
  const FirstModel first(network->trunk, tune.from_block, *model->head);
  const auto tuned = std::make_shared<TuneModel>(data.lite.trunk, model);
  const std::vector<torch::Tensor> beginning = CopyParameters(*tuned);
  TuneRun run(tuned, first, &*batches, tune);
  auto status = TrainPart(run, "tuning", "tune-", options, control);
  if (!status.ok()) return status;
  MoveTowards(beginning, 1 - options.tune_share, *tuned);
  data.settings = fmt::format("{}, of which {}", tune.settings, options.tune_share);
  return LoadTunedFeatures(data.settings, options, control, data);
}

absl::StatusOr<TrainReport> Train(const TrainClipOptions& options, TrainControl& control) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  if (auto status = MakeFolders(options.run_dir); !status.ok()) return status;
  at::set_num_threads(options.threads);
  auto data = LoadTrainData(options, control);
  if (!data.ok()) return data.status();
  TrainReport report;
  report.photos = data->train.labels.size(0);
  report.labels = data->train.label_texts.size(0);
  const auto model = MakeModel(options, *data);
  auto status = TrainHead(options, control, *data, model, report);
  if (status.ok() && options.tune_steps > 0) {
    status = TuneTrunk(options, control, *data, model, report);
  }
  if (!status.ok()) return status;
  FitDetail(data->train.central_features, *model->head);
  Measure(*model, data->test, report);
  const auto bundle =
      WriteStarterBundle({*data->lite.trunk, *data->sentences.bert, *model, data->vocab}, options,
                         {data->sources, report});
  if (!bundle.ok()) return bundle.status();
  report.bundle_dir = bundle->dir;
  report.model = bundle->id;
  return report;
}

}  // namespace

absl::StatusOr<TrainReport> TrainClip(const TrainClipOptions& options, TrainControl& control) {
  return CatchTorch([&] { return Train(options, control); });
}

}  // namespace imago
