#include "embed/train_relations.h"

#include "embed/torch/relation_set.h"
#include "embed/torch/torch_encoder.h"
#include "embed/torch/train_to_end.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"

namespace imago {
namespace {

absl::Status CheckOptions(const TrainRelationsOptions& options) {
  auto status = CheckLowerLimits({{"width", options.width, 1},
                                  {"channels", options.channels, 1},
                                  {"steps", options.steps, 1},
                                  {"scenes", options.scenes, 4},
                                  {"photos", options.photos, 1},
                                  {"tests", options.tests, 4},
                                  {"checkpoint_every", options.checkpoint_every, 1},
                                  {"threads", options.threads, 1}});
  if (!status.ok()) return status;
  if (options.strength > 0 && options.strength <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("strength is {}, it must be above 0 and at most 1", options.strength));
}

std::string Settings(const TrainRelationsOptions& options, const Bundle& bundle) {
  return fmt::format(
      "relations of {}: width {}, {} channels, {} steps, {} scenes, {} photos, seed {}", bundle.id,
      options.width, options.channels, options.steps, options.scenes, options.photos, options.seed);
}

int64_t CountOf(const std::vector<PairScore>& scores) {
  int64_t count = 0;
  for (const PairScore& score : scores) count += score.count;
  return count;
}

double ShareOfRight(const std::vector<PairScore>& scores) {
  double right = 0;
  for (const PairScore& score : scores) right += static_cast<double>(score.right);
  return scores.empty() ? 0 : right / static_cast<double>(CountOf(scores));
}

std::string ScoresText(const std::vector<PairScore>& scores) {
  std::string kinds;
  for (const PairScore& score : scores) {
    kinds += fmt::format("{}{} {:.1f}", kinds.empty() ? "" : ", ", score.name,
                         100.0 * score.right / score.count);
  }
  return fmt::format(
      "Texts and pictures say which thing has which colour, size or number, and who stands where.\n"
      "Of {} scenes of held-out combinations the caption beats that of the scene with the two\n"
      "exchanged in {:.1f} % (chance 50 %): {}.\n"
      "Colours, sizes and numbers were learned from drawn shapes and from pictures put beside "
      "each\n"
      "other, and are not to be relied on in photos. Texts of one thing, and those that tell "
      "neither\n"
      "of places nor of colours, sizes or numbers, stay as they were.",
      CountOf(scores), 100 * ShareOfRight(scores), kinds);
}

std::string DetailsJson(const TrainRelationsOptions& options,
                        const std::vector<PairScore>& scores) {
  nlohmann::ordered_json held_out = {{"scenes", CountOf(scores)}, {"pairs", ShareOfRight(scores)}};
  for (const PairScore& score : scores) {
    held_out[score.name] = static_cast<double>(score.right) / score.count;
  }
  const nlohmann::ordered_json json = {{"scenes", options.scenes},
                                       {"steps", options.steps},
                                       {"strength", options.strength},
                                       {"seed", options.seed},
                                       {"held_out", held_out}};
  return json.dump();
}

absl::StatusOr<TrainRelationsReport> Train(const TrainRelationsOptions& options,
                                           TrainControl& control) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  if (auto status = MakeFolders(options.run_dir); !status.ok()) return status;
  at::set_num_threads(options.threads);
  const bool rounded = options.precision == Precision::kBfloat16 ||
                       (options.precision == Precision::kAuto && CpuHasBfloat16());
  const auto network = OpenStarterBundle(options.bundle_dir, rounded);
  if (!network.ok()) return network.status();
  const auto data = LoadRelationData(options, *network, control);
  if (!data.ok()) return data.status();
  const auto starter = OpenStarterBundle(options.bundle_dir, false);
  if (!starter.ok()) return starter.status();
  BundleConfig config = starter->bundle.config;
  config.relations = {options.width, options.channels};
  torch::manual_seed(options.seed);
  const auto grown = GrownModel(*starter, config, "relations.");
  if (!grown.ok()) return grown.status();
  Relations& relations = *(*grown)->relations;
  relations.Fit(data->photos, data->train.captions.known);
  RelationRunOptions run_options;
  run_options.steps = options.steps;
  run_options.seed = options.seed;
  run_options.settings = Settings(options, starter->bundle);
  RelationRun run((*grown)->relations, &data->train, run_options);
  const TrainedPhase phase = {
      "relations",     "relations-",
      options.steps,   options.checkpoint_every,
      options.run_dir, fmt::format("relations, {}, seed {}", config.name, options.seed)};
  auto status = TrainToEnd(
      run, [&run] { run.Step(); }, phase, control);
  if (!status.ok()) return status;
  TrainRelationsReport report;
  report.first_loss = run.history().front().loss;
  report.last_loss = run.history().back().loss;
  // Not before: a checkpoint brings the one that it was written with.
  relations.strength.fill_(options.strength);
  report.scores = ScorePairs(relations, data->tests);
  report.right_share = ShareOfRight(report.scores);
  const auto bundle = WriteGrownBundle(
      *starter, config, **grown,
      {"Relations", ScoresText(report.scores), "relations", DetailsJson(options, report.scores)},
      options.out_dir);
  if (!bundle.ok()) return bundle.status();
  report.bundle_dir = bundle->dir;
  report.model = bundle->id;
  return report;
}

}  // namespace

absl::StatusOr<TrainRelationsReport> TrainRelations(const TrainRelationsOptions& options,
                                                    TrainControl& control) {
  return CatchTorch([&] { return Train(options, control); });
}

}  // namespace imago
