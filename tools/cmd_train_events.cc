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
  return {{"scenes", scores.scenes},           {"type", scores.type},
          {"filler", scores.filler},           {"box", scores.box},
          {"centre", scores.centre},           {"boxes", scores.boxes},
          {"aligned", scores.aligned},         {"nearest", scores.nearest},
          {"event_swaps", scores.event_swaps}, {"event_swap", scores.event_swap},
          {"role_swaps", scores.role_swaps},   {"role_swap", scores.role_swap},
          {"others", scores.others},           {"none", scores.none}};
}

void PrintReport(const TrainEventsReport& report, bool as_json) {
  if (as_json) {
    nlohmann::ordered_json json = {{"model", report.model},
                                   {"path", report.bundle_dir},
                                   {"first_loss", report.first_loss},
                                   {"last_loss", report.last_loss},
                                   {"held_out", ScoresJson(report.scores)}};
    if (report.over_photos) json["over_photos"] = ScoresJson(*report.over_photos);
    fmt::print("{}\n", json.dump());
    return;
  }
  const PictureEventScores& scores = report.scores;
  fmt::print("trained {} in {}: loss {:.3f} to {:.3f}\n", report.model, report.bundle_dir,
             report.first_loss, report.last_loss);
  fmt::print("{} scenes of held-out pairs: type {:.1f} %, fillers {:.1f} %, places {:.1f} %\n",
             scores.scenes, 100 * scores.type, 100 * scores.filler, 100 * scores.centre);
  fmt::print(
      "named fillers in the right region: {:.1f} % of {} (most alike, no transport: {:.1f} %)\n",
      100 * scores.aligned, scores.boxes, 100 * scores.nearest);
  fmt::print("told apart: another event {:.1f} % of {}, exchanged roles {:.1f} % of {}\n",
             100 * scores.event_swap, scores.event_swaps, 100 * scores.role_swap,
             scores.role_swaps);
  fmt::print("{} pictures without events: none seen in {:.1f} %\n", scores.others,
             100 * scores.none);
  if (!report.over_photos) return;
  fmt::print("the scenes before photos: type {:.1f} %, fillers {:.1f} %, places {:.1f} %\n",
             100 * report.over_photos->type, 100 * report.over_photos->filler,
             100 * report.over_photos->centre);
}

}  // namespace

void AddTrainEvents(CLI::App& train, Globals& globals, Command& run) {
  CLI::App* command = train.add_subcommand(
      "events",
      "Teach a bundle of imago train clip to read events off pictures, from drawn scenes. Run "
      "again after an interruption, it goes on where it was.");
  auto options = std::make_shared<TrainEventsOptions>();
  AddGrowingOptions(*command,
                    {options->bundle_dir, options->manifests, options->out_dir, options->run_dir,
                     options->cache_dir},
                    "in which nothing happens");
  command
      ->add_option(
          "--photos", options->photos,
          "A table (TSV) of photos in which nothing happens, beside its files: half of the "
          "scenes are drawn before one, and collages of them are shown as well")
      ->type_name("TSV");
  const auto add = [command](const char* name, auto& value, const char* text) {
    command->add_option(name, value, text)->capture_default_str();
  };
  add("--width", options->width, "Width of what is learned, a multiple of 32");
  add("--layers", options->layers, "Its layers");
  add("--steps", options->steps, "Steps of the optimiser");
  add("--scenes", options->scenes, "Scenes to learn from");
  add("--others", options->others, "Pictures without events, at most");
  add("--tests", options->tests, "Scenes of held-out pairs to measure with");
  add("--alignment", options->alignment, "Weight of the alignment of words and regions");
  add("--seed", options->seed, "Of what is learned, and of batches");
  command->callback([&globals, &run, options] {
    run = [&globals, options] {
      return RunGrowing(globals, "events", *options, TrainEvents, PrintReport);
    };
  });
}

}  // namespace imago
