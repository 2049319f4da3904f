// imago stats and imago verify: what is there, and whether it is sound.

#include <cstdio>
#include <filesystem>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "tools/command.h"
#include "web/json.h"

namespace imago {
namespace {

int Stats(const Globals& globals) {
  auto engine = OpenEngine(globals);
  if (!engine.ok()) return Fail(engine.status());
  std::vector<CollectionStats> all;
  for (const std::string& name : (*engine)->ListCollections()) {
    auto stats = (*engine)->Stats(name);
    if (!stats.ok()) return Fail(stats.status());
    all.push_back(*std::move(stats));
  }
  if (globals.json) {
    fmt::print("{}\n", StatsToJson(all));
    return kDone;
  }
  for (const CollectionStats& stats : all) {
    fmt::print("{}: {} items, {} rows, {:.1f} MB, model {}\n", stats.name, stats.items, stats.rows,
               static_cast<double>(stats.bytes) / 1e6, stats.model);
  }
  return kDone;
}

int Verify(const Globals& globals) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  const auto dir = std::filesystem::path(config->data_dir) / "collections" / globals.collection;
  if (!std::filesystem::exists(dir)) {
    return Fail(absl::NotFoundError(
        fmt::format("there is no collection {} in {}", globals.collection, config->data_dir)));
  }
  const auto findings = VerifyCollection(dir.string());
  if (!findings.ok()) return Fail(findings.status());
  if (globals.json) {
    fmt::print("{}\n", FindingsToJson(*findings));
  } else {
    for (const Finding& finding : *findings) fmt::print("{}\n", finding.what);
    fmt::print("{}: {}\n", globals.collection,
               findings->empty() ? "sound" : fmt::format("{} findings", findings->size()));
  }
  return findings->empty() ? kDone : kItemErrors;
}

}  // namespace

void AddStats(CLI::App& app, Globals& globals, Command& run) {
  app.add_subcommand("stats", "Sizes of all collections")->callback([&globals, &run] {
    run = [&globals] { return Stats(globals); };
  });
}

void AddVerify(CLI::App& app, Globals& globals, Command& run) {
  app.add_subcommand("verify", "Check every invariant of a collection that is not in use")
      ->callback([&globals, &run] { run = [&globals] { return Verify(globals); }; });
}

}  // namespace imago
