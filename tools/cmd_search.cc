// imago search: the query side of the command line.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "CLI/CLI.hpp"
#include "embed/contact_sheet.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "tools/command.h"
#include "web/json.h"

namespace imago {
namespace {

struct SearchArgs {
  std::vector<std::string> texts;
  std::vector<std::string> minus;
  std::vector<std::string> images;
  std::vector<std::string> like;
  std::vector<std::string> events;
  double event_weight = 1;
  bool read_events = false;
  std::string filter;
  std::string sheet;
  int limit = 20;
  double min_score = -1;
};

absl::StatusOr<Query> MakeQuery(const SearchArgs& args, const DecodeOptions& decode) {
  Query query;
  for (const std::string& text : args.texts) query.terms.push_back({.text = text});
  for (const std::string& text : args.minus) query.terms.push_back({.text = text, .weight = -0.5});
  for (const std::string& id : args.like) query.terms.push_back({.item_id = id});
  for (const std::string& path : args.images) {
    auto decoded = DecodeImageFile(path, decode);
    if (!decoded.ok()) return decoded.status();
    query.terms.push_back({.image = std::move(decoded->image)});
  }
  for (const std::string& text : args.events) {
    auto event = ParseEventPattern(text);
    if (!event.ok()) return event.status();
    query.terms.push_back({.event = *std::move(event), .weight = args.event_weight});
  }
  query.read_events = args.read_events;
  if (!args.filter.empty()) {
    auto filter = Filter::Parse(args.filter);
    if (!filter.ok()) return filter.status();
    query.filter = *std::move(filter);
  }
  query.limit = args.limit;
  if (args.min_score >= 0) query.min_score = args.min_score;
  return query;
}

absl::Status WriteSheet(Engine& engine, const std::string& collection, const Answer& answer,
                        const std::string& path) {
  std::vector<SheetCell> cells;
  for (const Hit& hit : answer.hits) {
    if (hit.item.kind == MediaKind::kCaption) continue;
    auto thumbnail = engine.Thumbnail(collection, hit.item.id);
    if (!thumbnail.ok()) return thumbnail.status();
    const std::string name = std::filesystem::path(hit.item.id).filename().string();
    cells.push_back({*std::move(thumbnail), fmt::format("{:.2f} {}", hit.score, name)});
  }
  auto jpeg = MakeContactSheet(cells);
  if (!jpeg.ok()) return jpeg.status();
  std::ofstream out(path, std::ios::binary);
  out << *jpeg;
  out.close();
  if (!out) return absl::UnavailableError(fmt::format("cannot write {}", path));
  return absl::OkStatus();
}

void PrintReading(const Query& query, const ReadAs& read) {
  std::vector<std::string> events;
  for (const EventPattern& event : read.events) events.push_back(FormatEventPattern(event));
  fmt::print(stderr, "imago: \"{}\" is read as {}\n", query.terms[read.term].text,
             fmt::join(events, " and "));
}

void PrintHit(const Hit& hit) {
  std::string roles;
  for (const EventMatch& match : hit.matches) {
    for (const EventMatch::Role& role : match.roles) {
      roles += fmt::format("  {} {:.2f}", role.name, role.score);
    }
  }
  fmt::print("{:.3f}  {}{}\n", hit.score, hit.item.id, roles);
}

int Search(const Globals& globals, const SearchArgs& args) {
  auto engine = OpenEngine(globals);
  if (!engine.ok()) return Fail(engine.status());
  auto query = MakeQuery(args, (*engine)->config().decode);
  if (!query.ok()) return Fail(query.status());
  const auto answer = (*engine)->Search(globals.collection, *query);
  if (!answer.ok()) return Fail(answer.status());
  if (globals.json) {
    fmt::print("{}\n", AnswerToJson(*answer, ""));
  } else {
    for (const ReadAs& read : answer->read_as) PrintReading(*query, read);
    for (const Hit& hit : answer->hits) PrintHit(hit);
    if (answer->hits.empty()) fmt::print(stderr, "imago: nothing found\n");
  }
  if (args.sheet.empty()) return kDone;
  const absl::Status written = WriteSheet(**engine, globals.collection, *answer, args.sheet);
  return written.ok() ? kDone : Fail(written);
}

}  // namespace

void AddSearch(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command = app.add_subcommand(
      "search", "Find pictures by words, by picture, and by who did what to whom");
  auto args = std::make_shared<SearchArgs>();
  command->add_option("TEXT", args->texts, "What the picture shows; several are added up");
  command->add_option("--minus", args->minus, "What it should not show")->type_name("TEXT");
  command->add_option("--image", args->images, "A picture file that it should be like")
      ->type_name("FILE");
  command->add_option("--like", args->like, "The id of an indexed picture that it should be like")
      ->type_name("ID");
  command
      ->add_option("--event", args->events,
                   "Who did what to whom, as 'arrest(agent=police, person=!man)': * for anyone, ! "
                   "for not; type or roles may be left out")
      ->allow_extra_args(false)
      ->type_name("EVENT");
  command->add_option("--event-weight", args->event_weight, "Of each --event; texts have 1")
      ->check(CLI::Range(-100.0, 100.0))
      ->capture_default_str();
  command->add_flag("--events", args->read_events,
                    "Search for texts that tell of an event as such");
  command->add_option("--filter", args->filter, "Condition on metadata, as JSON")
      ->type_name("JSON");
  command->add_option("-n,--limit", args->limit, "How many hits")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--min-score", args->min_score, "Only hits with at least this score")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--sheet", args->sheet, "Also write a contact sheet of the hits")
      ->type_name("FILE.jpg");
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return Search(globals, *args); }; });
}

}  // namespace imago
