// imago eval event-search: how well drawn event scenes are found by who does what to whom.

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "CLI/CLI.hpp"
#include "embed/eval_stats.h"
#include "fmt/format.h"
#include "query/eval_event_photos.h"
#include "query/eval_event_search.h"
#include "storage/durable_file.h"
#include "tools/command.h"
#include "tools/progress.h"

namespace imago {
namespace {

using nlohmann::ordered_json;

// A folder that goes when this goes.
class TempFolder {
 public:
  TempFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "imago-eval-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TempFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }  // empty: it could not be made

 private:
  std::string path_;
};

template <typename Value>
double Mean(const std::vector<Value>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(std::max<size_t>(1, values.size()));
}

template <typename Value>
ordered_json ShareJson(const std::vector<Value>& hits) {
  const Interval interval = WilsonInterval(Mean(hits), hits.size());
  return {{"share", Mean(hits)}, {"low", interval.low}, {"high", interval.high}};
}

template <typename Value>
std::string ShareText(const std::vector<Value>& hits) {
  const Interval interval = WilsonInterval(Mean(hits), hits.size());
  return fmt::format("{:5.1f} ({:.1f} to {:.1f})", 100 * Mean(hits), 100 * interval.low,
                     100 * interval.high);
}

ordered_json SwapsJson(const std::vector<EventSwapMeasure>& measures) {
  ordered_json json = ordered_json::array();
  for (const EventSwapMeasure& measure : measures) {
    json.push_back({{"what", measure.what},
                    {"cases", measure.events.size()},
                    {"chance", 0.5},
                    {"event", ShareJson(measure.events)},
                    {"plain", ShareJson(measure.plain)},
                    {"text_alone", ShareJson(measure.text_alone)},
                    {"other_picture", ShareJson(measure.other_picture)}});
  }
  return json;
}

void PrintSwaps(const std::vector<EventSwapMeasure>& measures) {
  fmt::print("the true event or a wrong one, chance 50 %\n{:18} {:>6}  {:20} {:20} {:20} {:20}\n",
             "wrong in", "cases", "  by event", "  by plain text", "  the text alone",
             "  another picture");
  for (const EventSwapMeasure& measure : measures) {
    fmt::print("{:18} {:6}  {:20} {:20} {:20} {:20}\n", measure.what, measure.events.size(),
               ShareText(measure.events), ShareText(measure.plain), ShareText(measure.text_alone),
               ShareText(measure.other_picture));
  }
}

struct EventFigures {
  EventSearchScores search;
  std::vector<PhotoEvents> photos;  // where a folder was given
};

std::vector<uint8_t> HasEvent(const std::vector<PhotoEvents>& photos) {
  std::vector<uint8_t> seen;
  for (const PhotoEvents& photo : photos) seen.push_back(photo.events.empty() ? 0 : 1);
  return seen;
}

ordered_json PhotosJson(const std::vector<PhotoEvents>& photos) {
  ordered_json json = {{"photos", photos.size()}, {"with_event", ShareJson(HasEvent(photos))}};
  json["events"] = ordered_json::array();
  for (const PhotoEvents& photo : photos) {
    for (const Event& event : photo.events) {
      json["events"].push_back(
          {{"photo", photo.path}, {"type", event.type}, {"confidence", event.confidence}});
    }
  }
  return json;
}

void PrintJson(const EventFigures& figures) {
  const EventSearchScores& scores = figures.search;
  ordered_json measures = ordered_json::array();
  for (const EventSearchMeasure& measure : scores.measures) {
    measures.push_back({{"what", measure.what},
                        {"queries", measure.first.size()},
                        {"r1", ShareJson(measure.first)},
                        {"ndcg10", Mean(measure.ndcg)},
                        {"plain_r1", ShareJson(measure.plain_first)},
                        {"plain_ndcg10", Mean(measure.plain_ndcg)},
                        {"chance", measure.chance}});
  }
  ordered_json json = {{"pictures", scores.pictures},
                       {"measures", std::move(measures)},
                       {"pairs", scores.above_swapped.size()},
                       {"above_swapped", ShareJson(scores.above_swapped)},
                       {"plain_above_swapped", ShareJson(scores.plain_above_swapped)},
                       {"swaps", SwapsJson(scores.swaps)}};
  if (!figures.photos.empty()) json["photos"] = PhotosJson(figures.photos);
  fmt::print("{}\n", json.dump());
}

void PrintTable(const EventFigures& figures) {
  const EventSearchScores& scores = figures.search;
  fmt::print(
      "{} pictures; in brackets 95 % intervals\n{:28} {:>7}  {:22} {:>7}  {:22} {:>7} {:>6}\n",
      scores.pictures, "asked for", "queries", "  R@1 by event", "nDCG@10", "  R@1 by plain text",
      "nDCG@10", "chance");
  for (const EventSearchMeasure& measure : scores.measures) {
    fmt::print("{:28} {:7}  {:22} {:7.3f}  {:22} {:7.3f} {:6.1f}\n", measure.what,
               measure.first.size(), ShareText(measure.first), Mean(measure.ndcg),
               ShareText(measure.plain_first), Mean(measure.plain_ndcg), 100 * measure.chance);
  }
  fmt::print("above the picture with exchanged roles, {} pairs: by event {}, by plain text {}\n",
             scores.above_swapped.size(), ShareText(scores.above_swapped),
             ShareText(scores.plain_above_swapped));
  PrintSwaps(scores.swaps);
  if (figures.photos.empty()) return;
  fmt::print("of {} photos an event is seen in {} %\n", figures.photos.size(),
             ShareText(HasEvent(figures.photos)));
}

absl::StatusOr<EventFigures> Measure(const Globals& globals, uint64_t scenes,
                                     const std::string& photos) {
  auto config = MakeConfig(globals);
  if (!config.ok()) return config.status();
  const auto model = ResolveModelDir(*config);
  if (!model.ok()) return model.status();
  const TempFolder folder;
  if (folder.path().empty()) return absl::InternalError("cannot make a folder for the scenes");
  config->model = *model;  // a name may be one below the data folder
  config->data_dir = folder.path();
  const auto engine = Engine::Open(*config);
  if (!engine.ok()) return engine.status();
  Progress progress(!globals.quiet && !globals.json);
  auto search =
      EvaluateEventSearch(**engine, "scenes", scenes,
                          [&progress](const std::string& what, uint64_t done, uint64_t total) {
                            progress.Show(what, done, total);
                          });
  if (!search.ok()) return search.status();
  EventFigures figures = {*std::move(search), {}};
  if (photos.empty()) return figures;
  auto seen = SeePhotoEvents(**engine, photos);
  if (!seen.ok()) return seen.status();
  figures.photos = *std::move(seen);
  return figures;
}

int EvalEventSearch(const Globals& globals, uint64_t scenes, const std::string& photos) {
  const auto figures = Measure(globals, scenes, photos);
  if (!figures.ok()) return Fail(figures.status());
  globals.json ? PrintJson(*figures) : PrintTable(*figures);
  return kDone;
}

}  // namespace

void AddEvalEventSearch(CLI::App& eval, Globals& globals, Command& run) {
  CLI::App* command = eval.add_subcommand(
      "event-search", "Drawn scenes of held-out pairs, found by who does what to whom");
  auto scenes = std::make_shared<uint64_t>(1000);
  command->add_option("--scenes", *scenes, "How many")
      ->check(CLI::Range(4, 100'000))
      ->capture_default_str();
  auto photos = std::make_shared<std::string>();
  command
      ->add_option("--photos", *photos,
                   "Photos in this folder in which an event is seen are counted")
      ->type_name("DIR");
  command->callback([&globals, &run, scenes, photos] {
    run = [&globals, scenes, photos] { return EvalEventSearch(globals, *scenes, *photos); };
  });
}

}  // namespace imago
