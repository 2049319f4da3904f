// imago train events: a starter bundle learns to read events off pictures.

#include <ctime>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/train_events.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"
#include "tools/train_progress.h"

namespace imago {
namespace {

nlohmann::ordered_json ScoresJson(const PictureEventScores& scores) {
  return {{"scenes", scores.scenes},
          {"type", scores.type},
          {"filler", scores.filler},
          {"box", scores.box},
          {"centre", scores.centre},
          {"event_swaps", scores.event_swaps},
          {"event_swap", scores.event_swap},
          {"role_swaps", scores.role_swaps},
          {"role_swap", scores.role_swap},
          {"others", scores.others},
          {"none", scores.none}};
}

void PrintReport(const TrainEventsReport& report, bool as_json) {
  if (as_json) {
    const nlohmann::ordered_json json = {{"model", report.model},
                                         {"path", report.bundle_dir},
                                         {"first_loss", report.first_loss},
                                         {"last_loss", report.last_loss},
                                         {"held_out", ScoresJson(report.scores)}};
    fmt::print("{}\n", json.dump());
    return;
  }
  const PictureEventScores& scores = report.scores;
  fmt::print("trained {} in {}: loss {:.3f} to {:.3f}\n", report.model, report.bundle_dir,
             report.first_loss, report.last_loss);
  fmt::print("{} scenes of held-out pairs: type {:.1f} %, fillers {:.1f} %, places {:.1f} %\n",
             scores.scenes, 100 * scores.type, 100 * scores.filler, 100 * scores.centre);
  fmt::print("told apart: another event {:.1f} % of {}, exchanged roles {:.1f} % of {}\n",
             100 * scores.event_swap, scores.event_swaps, 100 * scores.role_swap,
             scores.role_swaps);
  fmt::print("{} pictures without events: none seen in {:.1f} %\n", scores.others,
             100 * scores.none);
}

int Train(const Globals& globals, TrainEventsOptions options) {
  if (options.run_dir.empty()) {
    options.run_dir = fmt::format("{}/train/events/seed{}", CacheFolder(), options.seed);
  }
  if (options.cache_dir.empty()) options.cache_dir = CacheFolder() + "/train/events/features";
  options.threads = TrainThreads(globals);
  PhaseProgress progress(!globals.quiet && !globals.json);
  TrainControl control;
  control.on_progress = [&progress](const TrainProgress& now) { progress.Show(now); };
  StopWatcher watcher([&control] { control.stop = true; });
  const auto report = TrainEvents(options, control);
  if (!report.ok()) return Fail(report.status());
  PrintReport(*report, globals.json);
  return kDone;
}

}  // namespace

void AddTrainEvents(CLI::App& train, Globals& globals, Command& run) {
  CLI::App* command = train.add_subcommand(
      "events",
      "Teach a bundle of imago train clip to read events off pictures, from drawn scenes. Run "
      "again after an interruption, it goes on where it was.");
  auto options = std::make_shared<TrainEventsOptions>();
  command->add_option("BUNDLE", options->bundle_dir, "The bundle's folder")->required();
  command
      ->add_option("MANIFEST", options->manifests,
                   "Tables (TSV) of pictures in which nothing happens, beside their files")
      ->required();
  command->add_option("--out", options->out_dir, "The new bundle's folder")
      ->required()
      ->type_name("DIR");
  command->add_option("--run", options->run_dir, "Checkpoint and losses (default: in the cache)")
      ->type_name("DIR");
  command->add_option("--features", options->cache_dir, "Maps of pictures (default: in the cache)")
      ->type_name("DIR");
  const auto add = [command](const char* name, auto& value, const char* text) {
    command->add_option(name, value, text)->capture_default_str();
  };
  add("--width", options->width, "Width of what is learned, a multiple of 32");
  add("--layers", options->layers, "Its layers");
  add("--steps", options->steps, "Steps of the optimiser");
  add("--scenes", options->scenes, "Scenes to learn from");
  add("--others", options->others, "Pictures without events, at most");
  add("--tests", options->tests, "Scenes of held-out pairs to measure with");
  add("--seed", options->seed, "Of what is learned, and of batches");
  command->callback([&globals, &run, options] {
    run = [&globals, options] { return Train(globals, *options); };
  });
}

}  // namespace imago
