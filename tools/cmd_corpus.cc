// imago corpus check: which pictures to train on look like held-out ones.

#include <cstdio>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/corpus_check.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

struct CheckRequest {
  CorpusOptions options;
  bool mark = false;
};

void PrintJson(const CorpusReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (const Duplicate& one : report.duplicates) {
    list.push_back({{"manifest", one.manifest},
                    {"file", one.file},
                    {"label", one.label},
                    {"held_out", one.held},
                    {"held_out_label", one.held_label},
                    {"bits", one.distance.bits},
                    {"difference", one.distance.thumbnails}});
  }
  const nlohmann::json json = {
      {"duplicates", list}, {"to_train_on", report.to_train_on}, {"held_out", report.held_out}};
  fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PrintTable(const CorpusReport& report) {
  fmt::print("manifest\tfile\tlabel\theld out\tits label\tbits\tdifference\n");
  for (const Duplicate& one : report.duplicates) {
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{:.2f}\n", one.manifest, one.file, one.label, one.held,
               one.held_label, one.distance.bits, one.distance.thumbnails);
  }
}

int Check(const Globals& globals, CheckRequest request) {
  Progress progress(!globals.quiet && !globals.json);
  request.options.on_progress = [&progress](const std::string& what, uint64_t done,
                                            uint64_t total) { progress.Show(what, done, total); };
  const auto report = CheckCorpus(request.options);
  if (!report.ok()) return Fail(report.status());
  if (request.mark) {
    if (auto status = MarkDuplicates(report->duplicates); !status.ok()) return Fail(status);
  }
  if (globals.json) {
    PrintJson(*report);
  } else {
    PrintTable(*report);
  }
  if (!globals.quiet) {
    fmt::print(stderr, "imago: {} of {} pictures to train on look like one of {} held-out ones{}\n",
               report->duplicates.size(), report->to_train_on, report->held_out,
               request.mark ? "; no training takes them any more" : "");
  }
  return kDone;
}

}  // namespace

void AddCorpus(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand("corpus", "Look after pictures to train on");
  command->require_subcommand(1);
  CLI::App* check = command->add_subcommand(
      "check", "List the pictures to train on that look like held-out ones, as a table (TSV)");
  auto request = std::make_shared<CheckRequest>();
  check
      ->add_option("MANIFEST", request->options.manifests,
                   "Tables (TSV) with file, label, split and use, beside their files")
      ->required();
  check
      ->add_option("--root", request->options.root,
                   "Folder with captioned-photos or grocery-photos, which are held out too")
      ->type_name("DIR");
  check
      ->add_option("--bits", request->options.limits.bits,
                   "Alike are pictures whose difference hashes of 128 bits differ in so many")
      ->check(CLI::Range(0, 128))
      ->capture_default_str();
  check
      ->add_option("--difference", request->options.limits.thumbnails,
                   "and whose thumbnails' values of 0 to 255 differ by so much on average")
      ->check(CLI::Range(0.0, 255.0))
      ->capture_default_str();
  check->add_flag("--mark", request->mark,
                  "Also set their use to \"duplicate\" in the manifests: no training takes them");
  check->callback([&globals, &run, request] {
    run = [&globals, request] { return Check(globals, *request); };
  });
}

}  // namespace imago
