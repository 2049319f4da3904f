// imago serve: REST and the page.

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"
#include "tools/command.h"
#include "web/server.h"

namespace imago {
namespace {

struct ServeArgs {
  std::string host;
  int port = -1;
  std::vector<std::string> import_roots;
};

int Serve(const Globals& globals, const ServeArgs& args) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  ServerConfig& server_config = config->server;
  if (!args.host.empty()) server_config.host = args.host;
  if (args.port >= 0) server_config.port = args.port;
  for (const std::string& root : args.import_roots) server_config.import_roots.push_back(root);
  // A token on the command line would be seen in the list of processes.
  if (const char* token = std::getenv("IMAGO_TOKEN")) server_config.token = token;
  if (!globals.quiet) spdlog::set_level(spdlog::level::info);

  auto engine = Engine::Open(*config);
  if (!engine.ok()) return Fail(engine.status());
  auto server = Server::Create(**engine);
  if (!server.ok()) return Fail(server.status());
  const absl::Status bound = (*server)->Bind();
  if (!bound.ok()) return Fail(bound);
  StopWatcher watcher([&server] { (*server)->Stop(); });
  fmt::print("imago serves on http://{}:{}/ (Ctrl-C stops it)\n", server_config.host,
             (*server)->port());
  std::fflush(stdout);
  const absl::Status served = (*server)->Run();
  return served.ok() ? kDone : Fail(served);
}

}  // namespace

void AddServe(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand(
      "serve", "Serve REST under /v1 and the page at / (a token is taken from $IMAGO_TOKEN)");
  auto args = std::make_shared<ServeArgs>();
  command->add_option("--host", args->host, "Address to listen on (default 127.0.0.1)");
  command->add_option("--port", args->port, "Port (default 8080; 0: any free one)")
      ->check(CLI::Range(0, 65535));
  command
      ->add_option("--import-root", args->import_roots,
                   "Folder that imports over HTTP may read; may be given again")
      ->type_name("DIR");
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return Serve(globals, *args); }; });
}

}  // namespace imago
