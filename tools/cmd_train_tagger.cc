// imago train events-text: what reads events off texts beside the rules.

#include <memory>

#include "CLI/CLI.hpp"
#include "embed/tagger_card.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"
#include "tools/train_progress.h"

namespace imago {
namespace {

void PrintLine(const char* what, const MatchCounts& counts) {
  const Interval f1 = counts.f1_interval();
  fmt::print("{:32} {:6} of {:6} found, {:6} in the reference: F1 {:.3f} ({:.3f} to {:.3f})\n",
             what, counts.right, counts.found, counts.reference, counts.f1(), f1.low, f1.high);
}

void PrintReport(const TrainTaggerOptions& options, const TrainTaggerReport& report, bool as_json) {
  if (as_json) {
    const nlohmann::ordered_json json = {
        {"name", report.name},
        {"path", report.dir},
        {"first_loss", report.first_loss},
        {"last_loss", report.last_loss},
        {"card", nlohmann::ordered_json::parse(TaggerCardJson(options, report))}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print("trained {} in {}: loss {:.3f} to {:.3f}\n", report.name, report.dir,
             report.first_loss, report.last_loss);
  PrintLine("held-out news: trigger and type", report.news.triggers);
  PrintLine("held-out news: arguments", report.news.arguments);
  PrintLine("made: trigger and type", report.made.triggers);
  PrintLine("made: arguments", report.made.arguments);
}

int Train(const Globals& globals, TrainTaggerOptions options) {
  if (options.run_dir.empty()) {
    options.run_dir = fmt::format("{}/train/events-text/seed{}", CacheFolder(), options.seed);
  }
  options.threads = TrainThreads(globals);
  PhaseProgress progress(!globals.quiet && !globals.json);
  TrainControl control;
  control.on_progress = [&progress](const TrainProgress& now) { progress.Show(now); };
  StopWatcher watcher([&control] { control.stop = true; });
  const auto report = TrainTagger(options, control);
  if (!report.ok()) return Fail(report.status());
  PrintReport(options, *report, globals.json);
  return kDone;
}

}  // namespace

void AddTrainTagger(CLI::App& train, Globals& globals, Command& run) {
  CLI::App* command = train.add_subcommand(
      "events-text",
      "Train what reads events off texts beside the rules. Run again after an interruption, it "
      "goes on where it was.");
  auto options = std::make_shared<TrainTaggerOptions>();
  command
      ->add_option("MANIFEST", options->manifest,
                   "News captions with events, JSON lines, .gz too; of these four fifths")
      ->required();
  command
      ->add_option("--vectors", options->vectors_dir,
                   "A bundle with a BERT text network, whose table has vectors of words")
      ->required()
      ->type_name("BUNDLE");
  command->add_option("--out", options->out_dir, "The tagger's folder")
      ->required()
      ->type_name("DIR");
  command->add_option("--run", options->run_dir, "Checkpoint and losses (default: in the cache)")
      ->type_name("DIR");
  const auto add = [command](const char* name, auto& value, const char* text) {
    command->add_option(name, value, text)->capture_default_str();
  };
  add("--width", options->width, "Width of each direction of the LSTM");
  add("--layers", options->layers, "Its layers");
  add("--context-layers", options->context_layers,
      "Layers of the bundle's text network that read words in context; 0: none");
  add("--tuned-layers", options->tuned_layers, "The last so many of these are trained");
  add("--steps", options->steps, "Steps of the optimiser");
  add("--batch", options->batch, "Sentences in a step");
  add("--sentences", options->sentences, "Sentences to make from the ontology");
  add("--seed", options->seed, "Of what is learned, of batches and of made sentences");
  command->callback([&globals, &run, options] {
    run = [&globals, options] { return Train(globals, *options); };
  });
}

}  // namespace imago
