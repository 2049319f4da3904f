// The program `imago`: one command line over the engine.

#include <malloc.h>

#include <cstring>

#include "CLI/CLI.hpp"
#include "embed/decode_worker.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "tools/command.h"

namespace imago {
namespace {

// Networks allocate and free the same large blocks again and again; giving them back to the system
// each time costs a third of the encoder's speed.
void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}

int Main(int argc, char** argv) {
  CLI::App app{"Imago finds pictures by meaning."};
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", std::string("imago ") + IMAGO_VERSION);
  Globals globals;
  AddGlobals(app, globals);
  Command run;
  AddIndex(app, globals, run);
  AddSearch(app, globals, run);
  AddServe(app, globals, run);
  AddEmbed(app, globals, run);
  AddClassify(app, globals, run);
  AddEvents(app, globals, run);
  AddStats(app, globals, run);
  AddVerify(app, globals, run);
  AddEval(app, globals, run);
  AddTrain(app, globals, run);
  AddModels(app, globals, run);
  AddWorld(app, globals, run);
  AddCorpus(app, globals, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUse;
  }
  // Results go to standard output, what the program says of itself to standard error.
  spdlog::set_default_logger(spdlog::stderr_color_mt("imago"));
  spdlog::set_level(globals.quiet ? spdlog::level::err : spdlog::level::warn);
  BlockStopSignals();
  return run();
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "decode-worker") == 0) {
    return imago::RunDecodeWorker(argc, argv);
  }
  imago::KeepFreedMemory();
  return imago::Main(argc, argv);
}
