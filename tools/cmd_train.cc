// imago train clip: a starter bundle from pretrained towers and labelled photos.

#include <cstdio>
#include <ctime>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/train_clip.h"
#include "fmt/chrono.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"
#include "tools/train_progress.h"

namespace imago {
namespace {

// Where the command line named no folder.
void FillFolders(TrainClipOptions& options) {
  const std::string cache = CacheFolder();
  const std::string runs = fmt::format("{}/train/{}", cache, options.name);
  if (options.pretrained_dir.empty()) options.pretrained_dir = cache + "/pretrained";
  if (options.run_dir.empty()) options.run_dir = fmt::format("{}/seed{}", runs, options.seed);
  if (options.cache_dir.empty()) options.cache_dir = runs + "/features";
}

void PrintReport(const TrainReport& report, bool as_json) {
  if (as_json) {
    const nlohmann::json json = {{"model", report.model},
                                 {"path", report.bundle_dir},
                                 {"photos", report.photos},
                                 {"labels", report.labels},
                                 {"first_loss", report.first_loss},
                                 {"last_loss", report.last_loss},
                                 {"test",
                                  {{"photos", report.test_photos},
                                   {"names", report.test_names},
                                   {"top1", report.test_top1},
                                   {"top5", report.test_top5}}}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print("trained {} in {} on {} photos with {} labels: loss {:.3f} to {:.3f}\n", report.model,
             report.bundle_dir, report.photos, report.labels, report.first_loss, report.last_loss);
  if (report.test_photos == 0) return;
  fmt::print("held out: top-1 {:.1f} %, top-5 {:.1f} % of {} photos among {} names\n",
             report.test_top1, report.test_top5, report.test_photos, report.test_names);
}

int Train(const Globals& globals, TrainClipOptions options) {
  FillFolders(options);
  options.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  options.threads = TrainThreads(globals);
  PhaseProgress progress(!globals.quiet && !globals.json);
  TrainControl control;
  control.on_progress = [&progress](const TrainProgress& now) { progress.Show(now); };
  StopWatcher watcher([&control] { control.stop = true; });
  const auto report = TrainClip(options, control);
  if (!report.ok()) return Fail(report.status());
  PrintReport(*report, globals.json);
  return kDone;
}

void AddSettings(CLI::App& clip, TrainClipOptions& options) {
  const auto add = [&clip](const char* name, auto& value, const char* text) {
    clip.add_option(name, value, text)->capture_default_str();
  };
  add("--name", options.name, "The bundle's name");
  add("--trunk", options.trunk, "efficientnet-lite0, -lite1 or -lite2");
  add("--size", options.size, "Pixels of a picture's side in training");
  add("--encode-size", options.encode_size, "The same where the bundle encodes");
  add("--views", options.views, "Views of each photo: as it is, and random ones");
  add("--also-views", options.also_views, "The same of each picture of the further manifests");
  add("--hidden", options.hidden, "Units of the learned part");
  add("--detail", options.detail, "Dimensions of visual detail");
  add("--detail-percent", options.detail_percent, "Their share of a picture's row");
  add("--steps", options.steps,
      "Steps of the optimiser; 0: what the pretrained networks give alone, a baseline");
  add("--batch", options.batch, "Photos in a step");
  add("--pairs", options.pairs, "Texts about two labels");
  add("--rate", options.learning_rate, "Learning rate of new layers");
  add("--max-scale", options.max_logit_scale, "Limit of the logit scale");
  add("--seed", options.seed, "Of new layers and batches");
  add("--checkpoint-every", options.checkpoint_every, "Steps between checkpoints");
  add("--tune-steps", options.tune_steps,
      "Steps in which the picture network learns too; 0: it stays as it is");
  add("--tune-batch", options.tune_batch, "Pictures in such a step");
  add("--tune-from", options.tune_from, "The first of its blocks that learns");
  add("--tune-rate", options.tune_rate, "Their learning rate");
  add("--tune-share", options.tune_share,
      "How far from the beginning of this to its end the bundle's weights lie, 0 to 1");
}

}  // namespace

void AddTrain(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand("train", "Train a model");
  command->require_subcommand(1);
  AddTrainPair(*command, globals, run);
  AddTrainEvents(*command, globals, run);
  AddTrainRelations(*command, globals, run);
  AddTrainTagger(*command, globals, run);
  CLI::App* clip = command->add_subcommand(
      "clip",
      "Pictures and sentences in one space, from pretrained towers and labelled photos. Run again "
      "after an interruption, it goes on where it was.");
  auto options = std::make_shared<TrainClipOptions>();
  clip->add_option("MANIFEST", options->manifest,
                   "Table (TSV) with file, source, label, split and use; rows of split \"train\" "
                   "for use \"train\" are trained on")
      ->required();
  clip->add_option("--also", options->also,
                   "Further manifests, beside their files, whose pictures join in the tuning")
      ->type_name("MANIFEST");
  clip->add_option("--class-names", options->class_names,
                   "JSON array with ImageNet's 1,000 class names")
      ->required()
      ->type_name("FILE");
  clip->add_option("--out", options->out_dir, "The bundle's folder")->required()->type_name("DIR");
  clip->add_option("--photos", options->photos_dir, "Where files are (default: beside MANIFEST)")
      ->type_name("DIR");
  clip->add_option("--pretrained", options->pretrained_dir,
                   "What tools/convert_pretrained.py made (default: in the cache)")
      ->type_name("DIR");
  clip->add_option("--run", options->run_dir, "Checkpoint and losses (default: in the cache)")
      ->type_name("DIR");
  clip->add_option("--features", options->cache_dir,
                   "What the frozen towers computed (default: in the cache)")
      ->type_name("DIR");
  AddSettings(*clip, *options);
  clip->callback([&globals, &run, options] {
    run = [&globals, options] { return Train(globals, *options); };
  });
}

}  // namespace imago
