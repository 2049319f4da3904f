#include "tools/train_progress.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

namespace imago {
namespace {

std::string Label(const TrainProgress& progress) {
  if (progress.loss == 0) return progress.phase;
  return fmt::format("{}  loss {:.3f}  rate {:.2g}  scale {:.1f}", progress.phase, progress.loss,
                     progress.learning_rate, progress.logit_scale);
}

}  // namespace

std::string CacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::string(cache) + "/imago";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.cache/imago";
}

int TrainThreads(const Globals& globals) {
  if (globals.threads > 0) return globals.threads;
  return std::clamp<int>(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
}

void PhaseProgress::Show(const TrainProgress& progress) {
  if (progress.phase != phase_) {
    phase_ = progress.phase;
    line_.emplace(wanted_);
  }
  line_->Show(Label(progress), progress.done, progress.total);
}

void AddGrowingOptions(CLI::App& command, const GrowingOptions& options,
                       const std::string& pictures) {
  command.add_option("BUNDLE", options.bundle_dir, "The bundle's folder")->required();
  command
      .add_option("MANIFEST", options.manifests,
                  "Tables (TSV) of pictures " + pictures + ", beside their files")
      ->required();
  const auto folder = [&command](const char* name, std::string& value, const char* text) {
    return command.add_option(name, value, text)->type_name("DIR");
  };
  folder("--out", options.out_dir, "The new bundle's folder")->required();
  folder("--run", options.run_dir, "Checkpoint and losses (default: in the cache)");
  folder("--features", options.cache_dir, "Maps of pictures (default: in the cache)");
}

}  // namespace imago
