// imago index PATH...: bulk indexing of a media library.

#include <cstdio>
#include <memory>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

void PrintReport(const ImportReport& report) {
  for (const FailedFile& file : report.failed) {
    fmt::print(stderr, "imago: {}: {}\n", file.path, file.error);
  }
  const ImportCounts& counts = report.counts;
  fmt::print("{} found, {} indexed ({} embedded), {} already there, {} failed, {:.1f} s\n",
             counts.discovered, counts.indexed, counts.embedded, counts.skipped, counts.failed,
             report.seconds);
}

int ExitCode(const ImportReport& report) {
  if (report.state == ImportState::kCancelled) return kFailed;
  return report.failed.empty() ? kDone : kItemErrors;
}

int Index(const Globals& globals, const ImportOptions& options) {
  if (options.paths.empty() && options.captions.empty()) {
    return Fail(absl::InvalidArgumentError("there must be a PATH or --captions"));
  }
  auto engine = OpenEngine(globals);
  if (!engine.ok()) return Fail(engine.status());
  auto collection = (*engine)->GetCollection(globals.collection, true);
  if (!collection.ok()) return Fail(collection.status());
  Progress progress(!globals.quiet && !globals.json);
  ImportControl control;
  control.on_progress = [&progress](const ImportReport& report) {
    const ImportCounts& counts = report.counts;
    progress.Show(std::string(ImportStateName(report.state)),
                  counts.indexed + counts.skipped + counts.failed, counts.discovered);
  };
  StopWatcher watcher([&control] { control.cancel = true; });
  ImportOptions with_limits = options;
  with_limits.decode = (*engine)->config().decode;
  with_limits.decode_worker = (*engine)->config().decode_worker;
  const auto report =
      RunImport(**collection, (*engine)->encoder(), NewJobId(), with_limits, control);
  if (!report.ok()) return Fail(report.status());
  if (globals.json) {
    fmt::print("{}\n", ImportReportToJson(*report));
  } else {
    PrintReport(*report);
  }
  return ExitCode(*report);
}

}  // namespace

void AddIndex(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand(
      "index", "Index pictures: files, and folders with all that is below them; and captions");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("PATH", options->paths, "Files, folders, and tables of captions (*.tsv)");
  command
      ->add_option("--captions", options->captions,
                   "Table with the columns file or id and caption, tabs between them: captions of "
                   "indexed pictures, or on their own")
      ->type_name("FILE.tsv");
  command->add_flag("--prune", options->prune, "Remove items below PATH whose files are gone");
  command->add_option("--decode-threads", options->decode_threads, "0: one for each core")
      ->check(CLI::Range(0, 256));
  command->add_option("--batch", options->batch, "Pictures to one pass of the encoder")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->callback([&globals, &run, options] {
    run = [&globals, options] { return Index(globals, *options); };
  });
}

}  // namespace imago
