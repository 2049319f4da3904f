// imago train pair: a bundle of any two towers, from pictures with texts.

#include <memory>

#include "CLI/CLI.hpp"
#include "embed/train_pair.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"
#include "tools/train_progress.h"

namespace imago {
namespace {

struct PairRequest {
  std::string config;
  std::vector<std::string> manifests;
  std::string out;
  std::string run;
  int64_t steps = 0;
  int64_t seed = -1;
};

// Values of the command line stand above those of the file, and are part of what a checkpoint is
// of.
absl::StatusOr<std::string> WithFlags(const std::string& file, const PairRequest& request) {
  auto json = nlohmann::ordered_json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return file;  // its reader says what is wrong
  if (request.steps > 0) json["steps"] = request.steps;
  if (request.seed >= 0) json["seed"] = request.seed;
  if (request.manifests.empty()) return json.dump();
  const size_t entries = json.contains("data") && json["data"].is_array() ? json["data"].size() : 0;
  if (request.manifests.size() != entries) {
    return absl::InvalidArgumentError(
        fmt::format("{} manifests are named, \"data\" of {} has {} entries",
                    request.manifests.size(), request.config, entries));
  }
  for (size_t i = 0; i < entries; ++i) {
    if (json["data"][i].is_object()) json["data"][i]["manifest"] = request.manifests[i];
  }
  return json.dump();
}

absl::StatusOr<TrainPairOptions> ReadOptions(const Globals& globals, const PairRequest& request) {
  const auto file = ReadWholeFile(request.config);
  if (!file.ok()) return file.status();
  const auto json = WithFlags(*file, request);
  if (!json.ok()) return json.status();
  auto options = ParseTrainPairConfig(*json);
  if (!options.ok()) {
    return absl::Status(
        options.status().code(),
        fmt::format("{}: {}", request.config, std::string(options.status().message())));
  }
  options->out_dir = request.out;
  options->run_dir = request.run.empty() ? fmt::format("{}/train/{}/seed{}", CacheFolder(),
                                                       options->model.name, options->seed)
                                         : request.run;
  options->threads = TrainThreads(globals);
  return options;
}

void PrintReport(const PairReport& report, const TrainPairOptions& options, bool as_json) {
  if (as_json) {
    const nlohmann::json json = {{"model", report.model},
                                 {"path", report.bundle_dir},
                                 {"report", options.run_dir + "/report.html"},
                                 {"pictures", report.pictures},
                                 {"labels", report.labels},
                                 {"steps", report.steps},
                                 {"first_loss", report.first_loss},
                                 {"last_loss", report.last_loss},
                                 {"pairs_per_second", report.pairs_per_second},
                                 {"held_out",
                                  {{"pictures", report.held_out_pictures},
                                   {"labels", report.held_out_labels},
                                   {"recall_at_1", report.recall}}}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print(
      "trained {} in {} on {} pictures with {} labels: {} steps, loss {:.3f} to {:.3f}, "
      "{:.0f} pairs/s\nreport: {}/report.html\n",
      report.model, report.bundle_dir, report.pictures, report.labels, report.steps,
      report.first_loss, report.last_loss, report.pairs_per_second, options.run_dir);
  if (report.held_out_pictures == 0) return;
  fmt::print("held out: recall@1 {:.1f} % of {} pictures among {} labels\n", report.recall,
             report.held_out_pictures, report.held_out_labels);
}

int Train(const Globals& globals, const PairRequest& request) {
  const auto options = ReadOptions(globals, request);
  if (!options.ok()) return Fail(options.status());
  PhaseProgress progress(!globals.quiet && !globals.json);
  TrainControl control;
  control.on_progress = [&progress](const TrainProgress& now) { progress.Show(now); };
  StopWatcher watcher([&control] { control.stop = true; });
  const auto report = TrainPair(*options, control);
  if (!report.ok()) return Fail(report.status());
  if (!report->model.empty()) PrintReport(*report, *options, globals.json);
  return kDone;
}

}  // namespace

void AddTrainPair(CLI::App& train, Globals& globals, Command& run) {
  CLI::App* command = train.add_subcommand(
      "pair",
      "A bundle of any two towers, from pictures with texts, as a file says. Run again after an "
      "interruption, it goes on where it was. Under mpirun the processes share each batch.");
  auto request = std::make_shared<PairRequest>();
  command
      ->add_option("CONFIG", request->config,
                   "JSON: towers, data, loss, steps, ... (embed/train_pair.h lists all keys)")
      ->required();
  command->add_option("MANIFEST", request->manifests,
                      "In place of those of the entries of the file's \"data\", in their order");
  command->add_option("--out", request->out, "The bundle's folder")->required()->type_name("DIR");
  command->add_option("--run", request->run, "Checkpoint, report.html (default: in the cache)")
      ->type_name("DIR");
  command->add_option("--steps", request->steps, "In place of the file's")
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--seed", request->seed, "In place of the file's");
  command->callback([&globals, &run, request] {
    run = [&globals, request] { return Train(globals, *request); };
  });
}

}  // namespace imago
