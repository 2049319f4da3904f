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
#include "query/config.h"
#include "tools/command.h"

namespace imago {
namespace {

using nlohmann::ordered_json;

struct EvalEventsArgs {
  std::string manifest;
  std::string ontology;
  std::string tagger;
  std::string part = "held-out";
  int sentences = 2000;
  uint64_t seed = 1;
};

// One line of the report.
struct Measured {
  std::string what;
  MatchCounts counts;
};

// Made sentences without an event, and those of them in which an extractor found none.
struct Without {
  std::string extractor;
  uint64_t sentences = 0;
  uint64_t right = 0;
};

struct Report {
  std::vector<Measured> lines;
  std::vector<Without> without;
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

absl::Status AddLines(const EventExtractor& extractor, const std::vector<ReferenceSentence>& news,
                      const std::vector<ReferenceSentence>& made, Report* report) {
  // "tagger" without its hash, which the table has no room for.
  const std::string by = extractor.name() == "rules" ? "rules" : "tagger";
  const auto read = ScoreEvents(extractor, news);
  if (!read.ok()) return read.status();
  const auto own = ScoreEvents(extractor, made);
  if (!own.ok()) return own.status();
  report->lines.push_back({fmt::format("news: trigger and type, {}", by), read->triggers});
  report->lines.push_back({fmt::format("news: arguments, {}", by), read->arguments});
  report->lines.push_back({fmt::format("made: trigger and type, {}", by), own->triggers});
  report->lines.push_back({fmt::format("made: arguments, {}", by), own->arguments});
  report->without.push_back({extractor.name(), own->without, own->without_right});
  return absl::OkStatus();
}

absl::StatusOr<Report> Measure(const EvalEventsArgs& args) {
  auto ontology = EventOntology::WithFile(args.ontology);
  if (!ontology.ok()) return ontology.status();
  const auto captions = ReadNewsCaptions(args.manifest);
  if (!captions.ok()) return captions.status();
  const std::vector<ReferenceSentence> made = Made(*ontology, args);
  std::vector<std::unique_ptr<EventExtractor>> extractors;
  extractors.push_back(NewRuleExtractor(*ontology));
  if (const std::string dir = args.tagger.empty() ? FindEventTagger() : args.tagger; !dir.empty()) {
    auto trained = OpenTrainedExtractor(*ontology, dir);
    if (!trained.ok()) return trained.status();
    extractors.push_back(*std::move(trained));
  }
  Report report;
  const auto news = ReferenceOf(args.part == "held-out" ? captions->held : captions->known);
  for (const auto& extractor : extractors) {
    if (auto status = AddLines(*extractor, news, made, &report); !status.ok()) return status;
  }
  report.lines.push_back(
      {"news: word list, types as published", ScoreWordList(*captions, nullptr)});
  report.lines.push_back(
      {"news: word list, types of the ontology", ScoreWordList(*captions, &*ontology)});
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
  ordered_json without = ordered_json::array();
  for (const auto& [extractor, sentences, right] : report.without) {
    without.push_back({{"extractor", extractor}, {"sentences", sentences}, {"right", right}});
  }
  const ordered_json out = {{"measured", std::move(lines)}, {"without_event", std::move(without)}};
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
  for (const auto& [extractor, sentences, right] : report.without) {
    fmt::print("made: sentences without event {}, none found in {} by {}\n", sentences, right,
               extractor);
  }
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
  command
      ->add_option("--tagger", args->tagger,
                   "A trained tagger's folder (default: imago-event-tagger among the models)")
      ->type_name("DIR");
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
