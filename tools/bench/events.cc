// Searches for events a second: bench_events FOLDER [--items N]. Writes captions made from the
// ontology's templates into a collection in FOLDER, with the twin of the models, and searches them.
// One JSON line for each step.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "embed/event_lexicon.h"
#include "embed/event_sentences.h"
#include "fmt/format.h"
#include "query/engine.h"

namespace imago {
namespace {

constexpr size_t kBatch = 1000;
constexpr int kRounds = 20;

template <typename Body>
double Milliseconds(const Body& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  return taken.count();
}

std::vector<Entry> MakeCaptions(const EventOntology& ontology, int count) {
  const EventLexicon lexicon(ontology);
  std::vector<Entry> entries;
  for (const MadeSentence& one :
       MakeEventSentences(ontology, lexicon, SentencePart::kTrain, 1, count)) {
    Entry& entry = entries.emplace_back();
    entry.item.id = fmt::format("{:07}", entries.size());
    entry.item.kind = MediaKind::kCaption;
    entry.item.caption = one.text;
  }
  return entries;
}

absl::Status WriteAll(Collection& collection, std::vector<Entry> entries) {
  for (size_t first = 0; first < entries.size(); first += kBatch) {
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        entries.begin() + static_cast<std::ptrdiff_t>(std::min(entries.size(), first + kBatch));
    auto status = collection.Write({std::make_move_iterator(begin), std::make_move_iterator(end)});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& folder, int items) {
  Config config;
  config.data_dir = folder;
  auto engine = Engine::Open(config, NewHashEncoder());
  if (!engine.ok()) return engine.status();
  auto collection = (*engine)->GetCollection("bench", true);
  if (!collection.ok()) return collection.status();
  std::vector<Entry> entries = MakeCaptions((*engine)->extractor().ontology(), items);
  absl::Status status;
  const double written = Milliseconds([&] { status = WriteAll(**collection, std::move(entries)); });
  if (!status.ok()) return status;
  fmt::print("{{\"step\":\"write\",\"items\":{},\"ms\":{:.0f}}}\n", items, written);
  for (const char* text : {"arrest(agent=police, person=man)", "(agent=police officer)", "justice",
                           "attack(attacker=!soldier, target=*)"}) {
    Query query;
    query.terms.push_back({.event = ParseEventPattern(text).value()});
    size_t hits = 0;
    const auto search = [&] { hits = (*engine)->Search("bench", query).value().hits.size(); };
    const double first = Milliseconds(search);
    const double rest = Milliseconds([&] {
      for (int i = 0; i < kRounds; ++i) search();
    });
    fmt::print("{{\"step\":\"{}\",\"hits\":{},\"first_ms\":{:.1f},\"ms\":{:.2f}}}\n", text, hits,
               first, rest / kRounds);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  CLI::App app("Measures searches for events");
  std::string folder;
  int items = 100000;
  app.add_option("FOLDER", folder, "An empty folder")->required();
  app.add_option("--items", items)->check(CLI::Range(1, 10'000'000));
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = imago::Run(folder, items);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
