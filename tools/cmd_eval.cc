// imago eval clip: how well the model in use does on pictures that it never saw.

#include <cstdio>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/eval_clip.h"
#include "embed/eval_html.h"
#include "embed/eval_sheet.h"
#include "embed/linear_probe.h"
#include "embed/train_texts.h"
#include "fmt/format.h"
#include "storage/durable_file.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

// What to evaluate beside the model in use: "NAME=MODEL".
struct EvalRequest {
  EvalOptions options;
  std::vector<std::string> beside;
  std::string report;       // PATH.html and PATH.json
  std::string class_names;  // file
  std::string sheet;        // HTML
};

absl::StatusOr<EvalReport> Evaluate(const Config& config, const EvalOptions& options) {
  const auto dir = ResolveModelDir(config);
  if (!dir.ok()) return dir.status();
  const auto encoder = OpenEncoder(*dir, config.encoder);
  if (!encoder.ok()) return encoder.status();
  return EvaluateClip(**encoder, options);
}

absl::StatusOr<std::vector<NamedReport>> EvaluateAll(Config config, const EvalRequest& request) {
  auto first = Evaluate(config, request.options);
  if (!first.ok()) return first.status();
  std::vector<NamedReport> reports = {{"this model", *std::move(first)}};
  EvalOptions others = request.options;
  others.prompts = false;
  others.linear_probe = nullptr;
  others.samples = 0;
  for (const std::string& named : request.beside) {
    const size_t equals = named.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(fmt::format("--beside \"{}\" must be NAME=MODEL", named));
    }
    config.model = named.substr(equals + 1);
    auto report = Evaluate(config, others);
    if (!report.ok()) return report.status();
    reports.push_back({named.substr(0, equals), *std::move(report)});
  }
  return reports;
}

absl::Status WriteReport(const std::string& path, const std::vector<NamedReport>& reports) {
  auto status = WriteFileDurably(path + ".html", EvalReportsToHtml(reports));
  if (!status.ok()) return status;
  return WriteFileDurably(path + ".json", EvalReportsToJson(reports));
}

// The names of a JSON array.
absl::Status ReadWords(const std::string& path, std::vector<std::string>& words) {
  const auto json = ReadWholeFile(path);
  if (!json.ok()) return json.status();
  auto names = ParseClassNames(*json);
  if (!names.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(names.status().message())));
  }
  words = *std::move(names);
  return absl::OkStatus();
}

absl::Status WriteSheet(const std::string& path, const EvalReport& report) {
  const auto html = EvalSheetToHtml(report);
  return html.ok() ? WriteFileDurably(path, *html) : html.status();
}

int EvalClip(const Globals& globals, EvalRequest request) {
  const auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  Progress progress(!globals.quiet && !globals.json);
  request.options.on_progress = [&progress](const std::string& what, uint64_t done,
                                            uint64_t total) { progress.Show(what, done, total); };
  if (!request.report.empty()) {
    request.options.prompts = true;
    request.options.linear_probe = LinearProbe;
  }
  if (!request.class_names.empty()) {
    auto status = ReadWords(request.class_names, request.options.words);
    if (!status.ok()) return Fail(status);
  }
  if (request.sheet.empty()) request.options.samples = 0;
  const auto reports = EvaluateAll(*config, request);
  if (!reports.ok()) return Fail(reports.status());
  if (!request.report.empty()) {
    if (auto status = WriteReport(request.report, *reports); !status.ok()) return Fail(status);
  }
  if (!request.sheet.empty()) {
    auto status = WriteSheet(request.sheet, reports->front().report);
    if (!status.ok()) return Fail(status);
  }
  for (const NamedReport& named : *reports) {
    fmt::print("{}\n",
               globals.json ? EvalReportToJson(named.report) : EvalReportToText(named.report));
  }
  return kDone;
}

}  // namespace

void AddEval(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command =
      app.add_subcommand("eval", "Measure a model, or how events are read, on what is held out");
  command->require_subcommand(1);
  CLI::App* clip = command->add_subcommand(
      "clip", "Retrieval, zero-shot classification and nearest neighbours, with chance and cases");
  auto request = std::make_shared<EvalRequest>();
  EvalOptions* options = &request->options;
  clip->add_option("SETS", options->root,
                   "Folder with captioned-photos, labelled-photos, grocery-photos, or some of them")
      ->required();
  clip->add_option("--also", options->also,
                   "Further tables of labelled pictures, beside their files")
      ->type_name("MANIFEST");
  clip->add_option("--template", options->label_template,
                   "Sentence for a label, which goes in at {}")
      ->capture_default_str();
  clip->add_option("--scenes", options->scenes,
                   "So many scenes whose wrong caption has the words of the right one");
  clip->add_option("--report", request->report,
                   "Also prompts and linear probes; all of it into PATH.html and PATH.json")
      ->type_name("PATH");
  clip->add_option("--class-names", request->class_names,
                   "JSON array of names, such as ImageNet's: also a baseline of captions by the "
                   "names that fit a picture")
      ->type_name("FILE");
  clip->add_option("--sheet", request->sheet,
                   "Also an HTML file of hits and misses, with their pictures")
      ->type_name("PATH");
  options->samples = 24;
  clip->add_option("--sheet-cases", options->samples, "So many hits, and misses, of each set in it")
      ->capture_default_str();
  clip->add_option("--seed", options->seed, "Of what is drawn for it")->capture_default_str();
  clip->add_option("--beside", request->beside, "Further models, as columns of the report")
      ->type_name("NAME=MODEL");
  clip->callback([&globals, &run, request] {
    run = [&globals, request] { return EvalClip(globals, *request); };
  });
  AddEvalEvents(*command, globals, run);
  AddEvalEventSearch(*command, globals, run);
}

}  // namespace imago
