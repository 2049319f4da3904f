// imago embed: vectors of texts and pictures.

#include <cstdio>
#include <memory>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "tools/command.h"
#include "web/json.h"

namespace imago {
namespace {

struct EmbedArgs {
  std::vector<std::string> inputs;
  bool images = false;
};

absl::StatusOr<std::vector<Content>> ReadContents(const EmbedArgs& args, const Config& config) {
  std::vector<Content> contents;
  for (const std::string& input : args.inputs) {
    if (!args.images) {
      contents.push_back(TextContent{input});
      continue;
    }
    auto decoded = DecodeImageFile(input, config.decode);
    if (!decoded.ok()) return decoded.status();
    contents.push_back(ImageContent{std::move(decoded->image)});
  }
  return contents;
}

void PrintRows(const Embeddings& embeddings) {
  for (size_t r = 0; r < embeddings.rows.rows(); ++r) {
    for (size_t c = 0; c < embeddings.rows.cols(); ++c) {
      fmt::print("{}{:.6f}", c == 0 ? "" : " ", embeddings.rows.row(r)[c]);
    }
    fmt::print("\n");
  }
}

int Embed(const Globals& globals, const EmbedArgs& args) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  auto contents = ReadContents(args, *config);
  if (!contents.ok()) return Fail(contents.status());
  auto dir = ResolveModelDir(*config);
  if (!dir.ok()) return Fail(dir.status());
  auto encoder = OpenEncoder(*dir, config->encoder);
  if (!encoder.ok()) return Fail(encoder.status());
  auto embeddings = (*encoder)->Encode(*contents);
  if (!embeddings.ok()) return Fail(embeddings.status());
  if (globals.json) {
    fmt::print("{}\n", EmbeddingsToJson(*embeddings));
  } else {
    PrintRows(*embeddings);
  }
  return kDone;
}

}  // namespace

void AddEmbed(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command =
      app.add_subcommand("embed", "Print the vector of each text (or picture file, with --images)");
  auto args = std::make_shared<EmbedArgs>();
  command->add_option("INPUT", args->inputs, "Texts, or picture files with --images")->required();
  command->add_flag("--images", args->images, "The inputs are picture files");
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return Embed(globals, *args); }; });
}

}  // namespace imago
