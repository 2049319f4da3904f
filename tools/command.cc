#include "tools/command.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "embed/decode_worker.h"
#include "fmt/format.h"

namespace imago {

void AddGlobals(CLI::App& app, Globals& globals) {
  app.add_option("--data", globals.data_dir, "Where collections and models lie")->type_name("DIR");
  app.add_option("--config", globals.config_file, "JSON file with settings; flags go over it")
      ->type_name("FILE");
  app.add_option("--model", globals.model, "Model bundle: a folder or a name")->type_name("MODEL");
  app.add_option("-c,--collection", globals.collection, "Collection to work on")
      ->capture_default_str();
  app.add_option("--threads", globals.threads, "Threads of the encoder (0: one for each core)")
      ->check(CLI::Range(0, 256));
  app.add_flag("--json", globals.json, "Print results as JSON");
  app.add_flag("-q,--quiet", globals.quiet, "No progress, only results and errors");
}

absl::StatusOr<Config> MakeConfig(const Globals& globals) {
  Config config;
  if (!globals.config_file.empty()) {
    auto read = ReadConfigFile(globals.config_file);
    if (!read.ok()) return read.status();
    config = *std::move(read);
  }
  if (!globals.data_dir.empty()) config.data_dir = globals.data_dir;
  if (config.data_dir.empty()) config.data_dir = DefaultDataDir();
  if (!globals.model.empty()) config.model = globals.model;
  if (config.decode_worker.empty()) config.decode_worker = DecodeWorkerProgram();
  if (globals.threads > 0) {
    config.encoder.threads = globals.threads;
  } else if (globals.config_file.empty()) {
    config.encoder.threads = std::clamp<int>(std::thread::hardware_concurrency(), 1, 8);
  }
  return config;
}

absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const Globals& globals) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return config.status();
  return Engine::Open(*config);
}

int Fail(const absl::Status& status) {
  fmt::print(stderr, "imago: {}\n", std::string(status.message()));
  return status.code() == absl::StatusCode::kInvalidArgument ? kWrongUse : kFailed;
}

namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

struct StopWatcher::Impl {
  std::atomic<bool> ended{false};
  std::thread thread;
};

StopWatcher::StopWatcher(std::function<void()> stop) : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([this, stop = std::move(stop)] {
    const sigset_t set = StopSignals();
    const timespec tick = {0, 100'000'000};
    bool stopping = false;
    while (!impl_->ended) {
      if (sigtimedwait(&set, nullptr, &tick) < 0) continue;
      if (stopping) std::_Exit(130);
      stopping = true;
      stop();
    }
  });
}

StopWatcher::~StopWatcher() {
  impl_->ended = true;
  impl_->thread.join();
}

}  // namespace imago
