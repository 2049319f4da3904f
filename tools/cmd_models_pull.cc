// imago models pull and export.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/export_clip.h"
#include "embed/import_clip.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "tools/cmd_models.h"
#include "tools/command.h"
#include "tools/progress.h"
#include "web/hub_pull.h"

namespace imago {
namespace {

std::string Environment(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

absl::StatusOr<std::string> Pull(const Globals& globals, const PullOptions& options) {
  std::atomic<bool> stopped{false};
  const StopWatcher watcher([&stopped] { stopped = true; });
  Progress progress(!globals.quiet && !globals.json);
  return PullFromHub(options, [&](const std::string& file, int64_t done, int64_t total) {
    progress.ShowBytes(file, static_cast<uint64_t>(done), static_cast<uint64_t>(total));
    return !stopped;
  });
}

int PullModel(const Globals& globals, PullOptions options, const std::string& name,
              const std::string& tokenizer) {
  const auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  // A connection that the hub closed while it is written to is an error, not the program's end.
  std::signal(SIGPIPE, SIG_IGN);
  options.token = Environment("HF_TOKEN", "");
  const auto folder = Pull(globals, options);
  if (!folder.ok()) return Fail(folder.status());
  ImportClipOptions import;
  import.path = *folder;
  import.models_dir = ModelsDir(*config);
  import.name = name.empty() ? options.repository.substr(options.repository.find('/') + 1) : name;
  import.tokenizer_path = tokenizer;
  return ImportAndPrint(globals, import);
}

int ExportModel(const Globals& globals, const std::string& model, ExportClipOptions options) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  config->model = model;
  const auto folder = ResolveModelDir(*config);
  if (!folder.ok()) return Fail(folder.status());
  options.bundle_dir = *folder;
  const auto path = ExportClip(options);
  if (!path.ok()) return Fail(path.status());
  if (globals.json) {
    fmt::print("{}\n", nlohmann::json{{"path", *path}}.dump());
  } else {
    fmt::print("exported {}\n", *path);
  }
  return kDone;
}

void AddPull(CLI::App& models, Globals& globals, Command& run) {
  CLI::App* command = models.add_subcommand(
      "pull",
      "Download a model from the Hugging Face hub, with resume and checksums, and import it");
  auto options = std::make_shared<PullOptions>();
  auto name = std::make_shared<std::string>();
  auto tokenizer = std::make_shared<std::string>();
  options->endpoint = Environment("HF_ENDPOINT", options->endpoint.c_str());
  options->cache_dir = DefaultHubCache();
  command->add_option("ORG/NAME", options->repository, "The repository, as the hub calls it")
      ->required();
  command->add_option("--revision", options->revision, "A branch, tag or commit")
      ->type_name("REV")
      ->capture_default_str();
  command->add_option("--name", *name, "The bundle's name (default: NAME)");
  command->add_option("--tokenizer", *tokenizer, "The tokenizer (default: from the repository)")
      ->type_name("FILE");
  command->add_option("--endpoint", options->endpoint, "The hub's address (or $HF_ENDPOINT)")
      ->type_name("URL")
      ->capture_default_str();
  command->add_flag("--offline", options->offline, "Use what was downloaded before, ask nobody");
  command->callback([&globals, &run, options, name, tokenizer] {
    run = [&globals, options, name, tokenizer] {
      return PullModel(globals, *options, *name, *tokenizer);
    };
  });
}

void AddExport(CLI::App& models, Globals& globals, Command& run) {
  CLI::App* command = models.add_subcommand(
      "export", "Write an imported model under its published names again, bit for bit");
  auto options = std::make_shared<ExportClipOptions>();
  auto model = std::make_shared<std::string>();
  command->add_option("MODEL", *model, "Model bundle: a folder or a name")->required();
  command->add_option("OUT", options->out, "A .safetensors file, or a folder for all that belongs")
      ->required();
  command
      ->add_option("--layout", options->layout,
                   "hf, openai or openclip (default: the one it was imported from)")
      ->type_name("LAYOUT");
  command->callback([&globals, &run, options, model] {
    run = [&globals, options, model] { return ExportModel(globals, *model, *options); };
  });
}

}  // namespace

void AddPullAndExport(CLI::App& models, Globals& globals, Command& run) {
  AddPull(models, globals, run);
  AddExport(models, globals, run);
}

}  // namespace imago
