// imago events: what happens in a caption, and who has which part in it.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "embed/event_extractor.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "query/text_events.h"
#include "tools/command.h"
#include "web/events_json.h"

namespace imago {
namespace {

struct EventsArgs {
  std::vector<std::string> texts;
  std::string file;
  std::string ontology;
  bool types = false;
  bool rules = false;
  bool reindex = false;
};

absl::Status ReadLines(const std::string& path, std::vector<std::string>* texts) {
  std::ifstream in(path);
  if (!in) return absl::InvalidArgumentError(fmt::format("cannot read {}", path));
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) texts->push_back(line);
  }
  return absl::OkStatus();
}

// The events of one text, a line for each.
void PrintTable(const TextEvents& answer) {
  size_t types = 0;
  size_t triggers = 0;
  for (const Event& event : answer.events) {
    types = std::max(types, event.type.size());
    triggers = std::max(triggers, event.trigger.size());
  }
  if (answer.events.empty()) fmt::print("  no event\n");
  for (const Event& event : answer.events) {
    std::vector<std::string> arguments;
    for (const EventArgument& one : event.arguments) {
      arguments.push_back(fmt::format("{}: {}", one.role, one.filler));
    }
    fmt::print("  {:{}}  {:{}}  {:.2f}  {}\n", event.type, types, event.trigger, triggers,
               event.confidence, fmt::join(arguments, ", "));
  }
}

void PrintTypes(const EventOntology& ontology) {
  size_t columns = 0;
  for (const EventType& type : ontology.types()) columns = std::max(columns, type.name.size());
  for (const EventType& type : ontology.types()) {
    std::vector<std::string_view> roles;
    for (const EventRole& role : type.roles) roles.push_back(role.name);
    fmt::print("{:{}}  ({})  {}\n", type.name, columns, fmt::join(roles, ", "), type.definition);
  }
}

int ShowTypes(const Globals& globals, const EventOntology& ontology) {
  if (globals.json) {
    fmt::print("{}\n", EventTypesToJson(ontology));
  } else {
    PrintTypes(ontology);
  }
  return kDone;
}

absl::StatusOr<std::vector<TextEvents>> ReadEvents(const EventExtractor& extractor,
                                                   const std::vector<std::string>& texts) {
  std::vector<TextEvents> answers;
  for (const std::string& text : texts) {
    auto events = extractor.Extract(TextContent{text});
    if (!events.ok()) return events.status();
    answers.push_back({text, *std::move(events)});
  }
  return answers;
}

int Reindex(const Globals& globals, const EventsArgs& args) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  if (!args.ontology.empty()) config->ontology = args.ontology;
  auto engine = Engine::Open(*config);
  if (!engine.ok()) return Fail(engine.status());
  const auto changed = (*engine)->RefreshEvents(globals.collection);
  if (!changed.ok()) return Fail(changed.status());
  if (globals.json) {
    fmt::print("{{\"changed\":{}}}\n", *changed);
  } else {
    fmt::print("{}: {} items have other events now\n", globals.collection, *changed);
  }
  return kDone;
}

int Events(const Globals& globals, EventsArgs args) {
  if (args.reindex) return Reindex(globals, args);
  if (args.ontology.empty() && !globals.config_file.empty()) {
    const auto config = MakeConfig(globals);
    if (!config.ok()) return Fail(config.status());
    args.ontology = config->ontology;
  }
  auto ontology = EventOntology::WithFile(args.ontology);
  if (!ontology.ok()) return Fail(ontology.status());
  if (args.types) return ShowTypes(globals, *ontology);
  if (!args.file.empty()) {
    if (auto status = ReadLines(args.file, &args.texts); !status.ok()) return Fail(status);
  }
  if (args.texts.empty()) {
    return Fail(absl::InvalidArgumentError("there must be a TEXT, --file, --types or --reindex"));
  }
  absl::StatusOr<std::unique_ptr<EventExtractor>> extractor = NewRuleExtractor(*ontology);
  if (!args.rules) extractor = OpenTextExtractor(*std::move(ontology));
  if (!extractor.ok()) return Fail(extractor.status());
  const auto answers = ReadEvents(**extractor, args.texts);
  if (!answers.ok()) return Fail(answers.status());
  if (globals.json) {
    const bool one = answers->size() == 1 && args.file.empty();
    const std::string by = (*extractor)->name();
    fmt::print("{}\n", one ? EventsToJson(answers->front(), by) : EventsToJson(*answers, by));
    return kDone;
  }
  for (const TextEvents& answer : *answers) {
    if (answers->size() > 1) fmt::print("{}\n", answer.text);
    PrintTable(answer);
  }
  return kDone;
}

}  // namespace

void AddEvents(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand("events", "Read who did what to whom from captions");
  auto args = std::make_shared<EventsArgs>();
  command->add_option("TEXT", args->texts, "Captions");
  command->add_option("--file", args->file, "File with a caption on each line")->type_name("FILE");
  command->add_option("--ontology", args->ontology, "JSON file with further types of events")
      ->type_name("FILE");
  command->add_flag("--rules", args->rules, "By rules alone");
  command->add_flag("--reindex", args->reindex,
                    "Read the events of the collection's captions anew");
  command->add_flag("--types", args->types, "List the types of events and their roles");
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return Events(globals, *args); }; });
}

}  // namespace imago
