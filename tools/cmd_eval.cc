// imago eval clip: how well the model in use does on pictures that it never saw.

#include <cstdio>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/eval_clip.h"
#include "fmt/format.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

int EvalClip(const Globals& globals, EvalOptions options) {
  const auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  const auto dir = ResolveModelDir(*config);
  if (!dir.ok()) return Fail(dir.status());
  const auto encoder = OpenEncoder(*dir, config->encoder);
  if (!encoder.ok()) return Fail(encoder.status());
  Progress progress(!globals.quiet && !globals.json);
  options.on_progress = [&progress](const std::string& what, uint64_t done, uint64_t total) {
    progress.Show(what, done, total);
  };
  const auto report = EvaluateClip(**encoder, options);
  if (!report.ok()) return Fail(report.status());
  fmt::print("{}{}", globals.json ? EvalReportToJson(*report) : EvalReportToText(*report),
             globals.json ? "\n" : "");
  return kDone;
}

}  // namespace

void AddEval(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand("eval", "Measure a model on held-out pictures");
  command->require_subcommand(1);
  CLI::App* clip = command->add_subcommand(
      "clip", "Retrieval, zero-shot classification and nearest neighbours, with chance and cases");
  auto options = std::make_shared<EvalOptions>();
  clip->add_option("SETS", options->root,
                   "Folder with captioned-photos, labelled-photos, grocery-photos, or some of them")
      ->required();
  clip->add_option("--also", options->also,
                   "Further tables of labelled pictures, beside their files")
      ->type_name("MANIFEST");
  clip->add_option("--template", options->label_template,
                   "Sentence for a label, which goes in at {}")
      ->capture_default_str();
  clip->callback([&globals, &run, options] {
    run = [&globals, options] { return EvalClip(globals, *options); };
  });
}

}  // namespace imago
