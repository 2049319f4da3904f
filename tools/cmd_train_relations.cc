// imago train relations: a starter bundle learns what belongs to what.

#include <memory>

#include "CLI/CLI.hpp"
#include "embed/train_relations.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"
#include "tools/train_progress.h"

namespace imago {
namespace {

void PrintReport(const TrainRelationsReport& report, bool as_json) {
  if (as_json) {
    nlohmann::ordered_json held_out = nlohmann::ordered_json::object();
    for (const PairScore& score : report.scores) {
      held_out[score.name] = {{"right", score.right}, {"count", score.count}};
    }
    const nlohmann::ordered_json json = {{"model", report.model},
                                         {"path", report.bundle_dir},
                                         {"first_loss", report.first_loss},
                                         {"last_loss", report.last_loss},
                                         {"held_out", held_out}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print("trained {} in {}: loss {:.3f} to {:.3f}\n", report.model, report.bundle_dir,
             report.first_loss, report.last_loss);
  for (const PairScore& score : report.scores) {
    fmt::print("{:18} {:5.1f} % of {}\n", score.name, 100.0 * score.right / score.count,
               score.count);
  }
  fmt::print("captions above their counterpart's: {:.1f} % (chance 50 %)\n",
             100 * report.right_share);
}

}  // namespace

void AddTrainRelations(CLI::App& train, Globals& globals, Command& run) {
  CLI::App* command = train.add_subcommand(
      "relations",
      "Teach a bundle of imago train clip which thing has which colour, size or number and who "
      "stands where, from scenes of shapes and of pictures. Run again after an interruption, it "
      "goes on where it was.");
  auto options = std::make_shared<TrainRelationsOptions>();
  AddGrowingOptions(*command,
                    {options->bundle_dir, options->manifests, options->out_dir, options->run_dir,
                     options->cache_dir},
                    "to put into scenes");
  const auto add = [command](const char* name, auto& value, const char* text) {
    command->add_option(name, value, text)->capture_default_str();
  };
  add("--width", options->width, "Dimensions of what a thing is");
  add("--channels", options->channels, "Numbers that say how it is, beside its place");
  add("--strength", options->strength, "Of what is added to rows, 0 to 1");
  add("--steps", options->steps, "Steps of the optimiser");
  add("--scenes", options->scenes, "Scenes to learn from");
  add("--photos", options->photos, "Pictures whose rows are to change least, at most");
  add("--tests", options->tests, "Scenes of held-out combinations to measure with");
  add("--seed", options->seed, "Of what is learned, and of batches");
  command->callback([&globals, &run, options] {
    run = [&globals, options] {
      return RunGrowing(globals, "relations", *options, TrainRelations, PrintReport);
    };
  });
}

}  // namespace imago
