#include "embed/train_events.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "embed/torch/event_set.h"
#include "embed/torch/torch_encoder.h"
#include "embed/torch/train_to_end.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"

namespace imago {
namespace {

absl::Status CheckOptions(const TrainEventsOptions& options) {
  if (!std::isfinite(options.alignment) || options.alignment < 0) {
    return absl::InvalidArgumentError(
        fmt::format("alignment is {}, it must be at least 0", options.alignment));
  }
  return CheckLowerLimits({{"width", options.width, 32},
                           {"layers", options.layers, 1},
                           {"steps", options.steps, 1},
                           {"scenes", options.scenes, 2},
                           {"others", options.others, 4},
                           {"tests", options.tests, 4},
                           {"checkpoint_every", options.checkpoint_every, 1},
                           {"threads", options.threads, 1}});
}

std::string Settings(const TrainEventsOptions& options, const Bundle& bundle) {
  return fmt::format(
      "events of {}: width {}, {} layers, {} steps, {} scenes, {} others, {}alignment {}, seed {}",
      bundle.id, options.width, options.layers, options.steps, options.scenes, options.others,
      options.photos.empty() ? "" : "photos, ", options.alignment, options.seed);
}

// The bundle's model with a head for events that has learned nothing yet.
absl::StatusOr<std::shared_ptr<ClipModel>> Grow(const TrainEventsOptions& options,
                                                const OpenStarter& starter, BundleConfig& config) {
  config.events = {options.width, options.layers, StagedVocabulary()};
  torch::manual_seed(options.seed);
  auto grown = GrownModel(starter, config, "events.");
  if (!grown.ok()) return grown.status();
  std::vector<std::string> phrases;
  for (const std::string& filler : config.events.vocabulary.fillers) {
    phrases.push_back("a " + filler);
  }
  phrases.emplace_back("nothing");
  const torch::NoGradGuard no_grad;
  (*grown)->events->fillers.copy_(TextRows(starter, phrases));
  return grown;
}

torch::Tensor TypeRows(const OpenStarter& starter) {
  std::vector<std::string> names;
  for (const PictureEventType& type : StagedVocabulary().types) {
    names.push_back(absl::AsciiStrToLower(type.type));
  }
  return TextRows(starter, names);
}

double ShareOfNone(EventHead& head, const RowFiles& maps) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor types = ReadAll(head, maps).types;
  return (types.argmax(1) == types.size(1) - 1).to(torch::kFloat64).mean().item<double>();
}

std::string ScoresText(const PictureEventScores& scores, bool photos) {
  return fmt::format(
      "Reads {} types of events off pictures. Of {} drawn scenes of held-out pairs of people and\n"
      "things: type {:.1f} %, fillers {:.1f} %, boxes {:.1f} % (overlap at least a half; or the\n"
      "middle inside: {:.1f} %); where the fillers are given, the right one of the boxes is found\n"
      "in {:.1f} %; another event by the same fillers is told apart in {:.1f} % of {} pairs,\n"
      "exchanged roles in {:.1f} % of {} (chance 50 %). Of {} pictures without events none is "
      "seen\n"
      "in {:.1f} %. It has learned from drawings{}: in photos it is not to be relied on.",
      StagedVocabulary().types.size(), scores.scenes, 100 * scores.type, 100 * scores.filler,
      100 * scores.box, 100 * scores.centre, 100 * scores.aligned, 100 * scores.event_swap,
      scores.event_swaps, 100 * scores.role_swap, scores.role_swaps, scores.others,
      100 * scores.none, photos ? ", half of them before photos" : " alone");
}

std::string DetailsJson(const TrainEventsOptions& options, const PictureEventScores& scores) {
  const nlohmann::ordered_json json = {{"scenes", options.scenes},
                                       {"steps", options.steps},
                                       {"alignment", options.alignment},
                                       {"seed", options.seed},
                                       {"held_out",
                                        {{"scenes", scores.scenes},
                                         {"type", scores.type},
                                         {"filler", scores.filler},
                                         {"box", scores.box},
                                         {"centre", scores.centre},
                                         {"aligned", scores.aligned},
                                         {"event_swap", scores.event_swap},
                                         {"role_swap", scores.role_swap},
                                         {"none", scores.none}}}};
  return json.dump();
}

absl::StatusOr<TrainEventsReport> Train(const TrainEventsOptions& options, TrainControl& control) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  if (auto status = MakeFolders(options.run_dir); !status.ok()) return status;
  at::set_num_threads(options.threads);
  const bool rounded = options.precision == Precision::kBfloat16 ||
                       (options.precision == Precision::kAuto && CpuHasBfloat16());
  const auto network = OpenStarterBundle(options.bundle_dir, rounded);
  if (!network.ok()) return network.status();
  auto data = LoadEventData(options, *network, control);
  if (!data.ok()) return data.status();
  const auto starter = OpenStarterBundle(options.bundle_dir, false);
  if (!starter.ok()) return starter.status();
  BundleConfig config = starter->bundle.config;
  const auto grown = Grow(options, *starter, config);
  if (!grown.ok()) return grown.status();
  data->train.type_rows = TypeRows(*starter);
  EventRunOptions run_options;
  run_options.alignment = options.alignment;
  run_options.steps = options.steps;
  run_options.seed = options.seed;
  run_options.settings = Settings(options, starter->bundle);
  EventRun run((*grown)->events, &data->train, run_options);
  const TrainedPhase phase = {
      "events",        "events-",
      options.steps,   options.checkpoint_every,
      options.run_dir, fmt::format("events, {}, seed {}", config.name, options.seed)};
  if (auto status = TrainToEnd(
          run, [&run] { run.Step(); }, phase, control);
      !status.ok())
    return status;
  TrainEventsReport report;
  report.first_loss = run.history().front().loss;
  report.last_loss = run.history().back().loss;
  report.scores = ScoreEvents(*(*grown)->events, data->test_scenes, data->train.type_rows);
  report.scores.others = data->test_others.count();
  report.scores.none = ShareOfNone(*(*grown)->events, data->test_others);
  if (data->test_over_photos) {
    report.over_photos =
        ScoreEvents(*(*grown)->events, *data->test_over_photos, data->train.type_rows);
  }
  const auto bundle =
      WriteGrownBundle(*starter, config, **grown,
                       {"Events", ScoresText(report.scores, !options.photos.empty()), "events",
                        DetailsJson(options, report.scores)},
                       options.out_dir);
  if (!bundle.ok()) return bundle.status();
  report.bundle_dir = bundle->dir;
  report.model = bundle->id;
  return report;
}

}  // namespace

absl::StatusOr<TrainEventsReport> TrainEvents(const TrainEventsOptions& options,
                                              TrainControl& control) {
  return CatchTorch([&] { return Train(options, control); });
}

}  // namespace imago
