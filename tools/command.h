#ifndef IMAGO_TOOLS_COMMAND_H_
#define IMAGO_TOOLS_COMMAND_H_

// What the subcommands of `imago` share. Each lives in a cmd_*.cc and registers itself by an Add
// function: options go in, and what to run is put into `run` when the command line names it.

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/engine.h"

namespace CLI {
class App;
}

namespace imago {

// Exit codes of the program.
inline constexpr int kDone = 0;
inline constexpr int kItemErrors = 1;  // done, but not for every item
inline constexpr int kWrongUse = 2;
inline constexpr int kFailed = 3;

// Options that every command takes.
struct Globals {
  std::string data_dir;
  std::string config_file;
  std::string model;
  std::string collection = "main";
  int threads = 0;  // of the encoder; 0: the number of cores, at most 8
  bool json = false;
  bool quiet = false;
};

using Command = std::function<int()>;

void AddGlobals(CLI::App& app, Globals& globals);

// The configuration file, if any, with the flags over it.
absl::StatusOr<Config> MakeConfig(const Globals& globals);
absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(const Globals& globals);
// Prints "imago: <message>" and returns the exit code that fits.
int Fail(const absl::Status& status);

// Blocks SIGINT and SIGTERM for the program's threads, so that WaitForStop gets them. Called before
// any thread is started.
void BlockStopSignals();
// Calls `stop` at the first SIGINT or SIGTERM; a second one ends the program at once. Ends watching
// when destroyed.
class StopWatcher {
 public:
  explicit StopWatcher(std::function<void()> stop);
  ~StopWatcher();
  StopWatcher(const StopWatcher&) = delete;
  StopWatcher& operator=(const StopWatcher&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

void AddIndex(CLI::App& app, Globals& globals, Command& run);
void AddSearch(CLI::App& app, Globals& globals, Command& run);
void AddServe(CLI::App& app, Globals& globals, Command& run);
void AddEmbed(CLI::App& app, Globals& globals, Command& run);
void AddClassify(CLI::App& app, Globals& globals, Command& run);
void AddEvents(CLI::App& app, Globals& globals, Command& run);
void AddWorld(CLI::App& app, Globals& globals, Command& run);
void AddStats(CLI::App& app, Globals& globals, Command& run);
void AddVerify(CLI::App& app, Globals& globals, Command& run);
void AddEval(CLI::App& app, Globals& globals, Command& run);
// Below `imago eval`.
void AddEvalEvents(CLI::App& eval, Globals& globals, Command& run);
void AddEvalEventSearch(CLI::App& eval, Globals& globals, Command& run);
void AddTrain(CLI::App& app, Globals& globals, Command& run);
void AddModels(CLI::App& app, Globals& globals, Command& run);
void AddCorpus(CLI::App& app, Globals& globals, Command& run);

}  // namespace imago

#endif  // IMAGO_TOOLS_COMMAND_H_
