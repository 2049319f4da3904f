// imago eval events: how well events are read from captions, against news captions and against
// sentences that are made from the ontology.

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "CLI/CLI.hpp"
#include "embed/eval_events.h"
#include "embed/event_sentences.h"
#include "fmt/format.h"
#include "tools/command.h"

namespace imago {
namespace {

using nlohmann::ordered_json;

struct EvalEventsArgs {
  std::string manifest;
  std::string ontology;
  std::string part = "held-out";
  int sentences = 2000;
  uint64_t seed = 1;
};

// One line of the report.
struct Measured {
  std::string what;
  MatchCounts counts;
};

struct Report {
  std::vector<Measured> lines;
  uint64_t without = 0;
  uint64_t without_right = 0;
};

std::vector<ReferenceSentence> Made(const EventOntology& ontology, const EvalEventsArgs& args) {
  const EventLexicon lexicon(ontology);
  const SentencePart part = args.part == "held-out" ? SentencePart::kTest : SentencePart::kTrain;
  std::vector<ReferenceSentence> out;
  for (MadeSentence& one : MakeEventSentences(ontology, lexicon, part, args.seed, args.sentences)) {
    out.push_back({std::move(one.text), std::move(one.events)});
  }
  return out;
}

absl::StatusOr<Report> Measure(const EvalEventsArgs& args) {
  auto ontology = EventOntology::WithFile(args.ontology);
  if (!ontology.ok()) return ontology.status();
  const auto captions = ReadNewsCaptions(args.manifest);
  if (!captions.ok()) return captions.status();
  const std::vector<ReferenceSentence> made = Made(*ontology, args);
  const auto extractor = NewRuleExtractor(*std::move(ontology));
  const auto news = ScoreEvents(
      *extractor, ReferenceOf(args.part == "held-out" ? captions->held : captions->known));
  if (!news.ok()) return news.status();
  const auto own = ScoreEvents(*extractor, made);
  if (!own.ok()) return own.status();
  Report report;
  report.lines = {
      {"news: trigger and type", news->triggers},
      {"news: arguments", news->arguments},
      {"news: word list, types as published", ScoreWordList(*captions, nullptr)},
      {"news: word list, types of the ontology", ScoreWordList(*captions, &extractor->ontology())},
      {"made: trigger and type", own->triggers},
      {"made: arguments", own->arguments}};
  report.without = own->without;
  report.without_right = own->without_right;
  return report;
}

ordered_json ShareJson(double share, const Interval& interval) {
  return {{"share", share}, {"low", interval.low}, {"high", interval.high}};
}

void PrintJson(const Report& report) {
  ordered_json lines = ordered_json::array();
  for (const auto& [what, counts] : report.lines) {
    lines.push_back({{"what", what},
                     {"right", counts.right},
                     {"found", counts.found},
                     {"reference", counts.reference},
                     {"precision", ShareJson(counts.precision(), counts.precision_interval())},
                     {"recall", ShareJson(counts.recall(), counts.recall_interval())},
                     {"f1", ShareJson(counts.f1(), counts.f1_interval())}});
  }
  const ordered_json out = {{"measured", std::move(lines)},
                            {"without_event", report.without},
                            {"without_event_right", report.without_right}};
  fmt::print("{}\n", out.dump());
}

void PrintTable(const Report& report) {
  fmt::print("{:40}  {:>6} {:>6} {:>6}  {:>7} {:>7}  F1 (95 % interval)\n", "", "right", "found",
             "refer.", "prec.", "recall");
  for (const auto& [what, counts] : report.lines) {
    const Interval f1 = counts.f1_interval();
    fmt::print("{:40}  {:6} {:6} {:6}  {:7.3f} {:7.3f}  {:.3f} ({:.3f} to {:.3f})\n", what,
               counts.right, counts.found, counts.reference, counts.precision(), counts.recall(),
               counts.f1(), f1.low, f1.high);
  }
  fmt::print("made: sentences without event {}, none found in {}\n", report.without,
             report.without_right);
}

int EvalEvents(const Globals& globals, const EvalEventsArgs& args) {
  const auto report = Measure(args);
  if (!report.ok()) return Fail(report.status());
  globals.json ? PrintJson(*report) : PrintTable(*report);
  return kDone;
}

}  // namespace

void AddEvalEvents(CLI::App& eval, Globals& globals, Command& run) {
  CLI::App* command = eval.add_subcommand(
      "events", "Events read from news captions and from made sentences, held-out ones");
  auto args = std::make_shared<EvalEventsArgs>();
  command->add_option("MANIFEST", args->manifest, "News captions with events, JSON lines, .gz too")
      ->required();
  command->add_option("--ontology", args->ontology, "JSON file with further types of events")
      ->type_name("FILE");
  command->add_option("--part", args->part, "What to measure on; \"known\" is for tuning")
      ->check(CLI::IsMember({"held-out", "known"}))
      ->capture_default_str();
  command->add_option("--sentences", args->sentences, "How many sentences to make")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", args->seed, "Of the made sentences")->capture_default_str();
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return EvalEvents(globals, *args); }; });
}

}  // namespace imago
