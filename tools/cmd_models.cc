// imago models: what bundles there are, and the import of published weights from files.

#include "tools/cmd_models.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/bundle.h"
#include "embed/import_clip.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/command.h"

namespace imago {
namespace {

void PrintBundles(const std::vector<Bundle>& bundles, const std::string& in_use, bool as_json) {
  nlohmann::json all = nlohmann::json::array();
  for (const Bundle& bundle : bundles) {
    const bool active = bundle.dir == in_use;
    if (as_json) {
      all.push_back({{"model", bundle.id},
                     {"dim", bundle.config.dim},
                     {"path", bundle.dir},
                     {"in_use", active}});
    } else {
      fmt::print("{} {}  dim {}  {}\n", active ? '*' : ' ', bundle.id, bundle.config.dim,
                 bundle.dir);
    }
  }
  if (as_json) fmt::print("{}\n", nlohmann::json{{"models", all}}.dump());
}

int ListModels(const Globals& globals) {
  const auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  std::vector<std::string> errors;
  std::vector<Bundle> bundles = ListBundles(ModelsDir(*config), &errors);
  const auto in_use = ResolveModelDir(*config);
  if (in_use.ok()) {
    const std::string shipped = std::filesystem::path(*in_use).parent_path().string();
    if (shipped != ModelsDir(*config)) {
      for (Bundle& bundle : ListBundles(shipped, &errors)) bundles.push_back(std::move(bundle));
    }
  }
  PrintBundles(bundles, in_use.ok() ? *in_use : "", globals.json);
  for (const std::string& error : errors) fmt::print(stderr, "imago: {}\n", error);
  return errors.empty() ? kDone : kItemErrors;
}

int ImportModel(const Globals& globals, ImportClipOptions options) {
  const auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  options.models_dir = ModelsDir(*config);
  if (options.name.empty()) {
    const auto path = std::filesystem::path(options.path).lexically_normal();
    options.name = (path.has_extension() ? path.stem() : path.filename()).string();
  }
  return ImportAndPrint(globals, options);
}

}  // namespace

std::string ModelsDir(const Config& config) {
  return (std::filesystem::path(config.data_dir) / "models").string();
}

int ImportAndPrint(const Globals& globals, const ImportClipOptions& options) {
  const auto bundle = ImportClip(options);
  if (!bundle.ok()) return Fail(bundle.status());
  if (globals.json) {
    fmt::print("{}\n", nlohmann::json{{"model", bundle->id}, {"path", bundle->dir}}.dump());
  } else {
    fmt::print("imported {} into {}\nuse it with --model {}\n", bundle->id, bundle->dir,
               bundle->id);
  }
  return kDone;
}

void AddModels(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command =
      app.add_subcommand("models", "Model bundles: list, import, pull and export published CLIP");
  command->require_subcommand(1);
  command->add_subcommand("list", "All bundles; * marks the one in use")
      ->callback([&globals, &run] { run = [&globals] { return ListModels(globals); }; });
  CLI::App* import = command->add_subcommand("import",
                                             "Make a bundle of published CLIP or SigLIP weights "
                                             "(Hugging Face, OpenAI or open_clip names)");
  auto options = std::make_shared<ImportClipOptions>();
  import
      ->add_option("PATH", options->path,
                   "A .safetensors or .pt file, an index of shards, or a folder with one")
      ->required();
  import->add_option("--name", options->name, "The bundle's name (default: from PATH)");
  import
      ->add_option("--tokenizer", options->tokenizer_path,
                   "CLIP's merges or SigLIP's spiece.model (default: beside the weights)")
      ->type_name("FILE");
  import->callback([&globals, &run, options] {
    run = [&globals, options] { return ImportModel(globals, *options); };
  });
  AddPullAndExport(*command, globals, run);
}

}  // namespace imago
