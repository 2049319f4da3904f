#include "embed/train_tagger.h"

#include <optional>
#include <utility>

#include "embed/event_sentences.h"
#include "embed/tagger_card.h"
#include "embed/tagger_examples.h"
#include "embed/torch/bundle_weights.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/piece_bert.h"
#include "embed/torch/tagger_run.h"
#include "embed/torch/train_to_end.h"
#include "embed/torch/word_vectors.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr int kTestSentences = 2'000;

absl::Status CheckOptions(const TrainTaggerOptions& options) {
  auto status = CheckLowerLimits({{"width", options.width, 1},
                                  {"layers", options.layers, 1},
                                  {"context_layers", options.context_layers, 0},
                                  {"tuned_layers", options.tuned_layers, 0},
                                  {"steps", options.steps, 1},
                                  {"batch", options.batch, 1},
                                  {"sentences", options.sentences, 0},
                                  {"checkpoint_every", options.checkpoint_every, 1},
                                  {"threads", options.threads, 1}});
  if (!status.ok()) return status;
  if (options.layers > 8) {
    return absl::InvalidArgumentError(
        fmt::format("layers is {}, it must be at most 8", options.layers));
  }
  if (options.tuned_layers > options.context_layers) {
    return absl::InvalidArgumentError(
        fmt::format("tuned_layers is {}, it must be at most context_layers, which is {}",
                    options.tuned_layers, options.context_layers));
  }
  return absl::OkStatus();
}

std::vector<ReferenceSentence> Made(const EventOntology& ontology, const EventLexicon& lexicon,
                                    SentencePart part, uint64_t seed, int count) {
  std::vector<ReferenceSentence> out;
  for (MadeSentence& one : MakeEventSentences(ontology, lexicon, part, seed, count)) {
    out.push_back({std::move(one.text), std::move(one.events)});
  }
  return out;
}

void AddExamples(std::vector<TaggerExample> more, std::vector<TaggerExample>& examples) {
  for (TaggerExample& one : more) {
    if (!one.words.empty()) examples.push_back(std::move(one));
  }
}

absl::Status Write(const TrainTaggerOptions& options, const TaggerConfig& config,
                   const TaggerModel& model) {
  if (auto status = MakeFolders(options.out_dir); !status.ok()) return status;
  auto status =
      SaveTensors(WeightsByName(model), options.out_dir + "/weights.safetensors", TensorType::kF16);
  if (!status.ok()) return status;
  return WriteFileDurably(options.out_dir + "/tagger.json", TaggerConfigToJson(config));
}

uint64_t CountParameters(const TaggerModel& model) {
  uint64_t count = 0;
  for (const torch::Tensor& one : model.parameters()) count += static_cast<uint64_t>(one.numel());
  return count;
}

// What was written is measured as it will be read, and the card says so.
absl::Status Measure(const TrainTaggerOptions& options, const EventOntology& ontology,
                     const std::vector<NewsSentence>& held, TrainTaggerReport* report) {
  const auto extractor = OpenTrainedExtractor(ontology, options.out_dir);
  if (!extractor.ok()) return extractor.status();
  report->name = (*extractor)->name();
  const auto news = ScoreEvents(**extractor, ReferenceOf(held));
  if (!news.ok()) return news.status();
  report->news = *news;
  const EventLexicon lexicon(ontology);
  const auto made =
      ScoreEvents(**extractor, Made(ontology, lexicon, SentencePart::kTest, 1, kTestSentences));
  if (!made.ok()) return made.status();
  report->made = *made;
  return absl::OkStatus();
}

absl::StatusOr<TrainTaggerReport> Train(const TrainTaggerOptions& options, TrainControl& control) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  if (auto status = MakeFolders(options.run_dir); !status.ok()) return status;
  at::set_num_threads(options.threads);
  const auto ontology = EventOntology::House();
  if (!ontology.ok()) return ontology.status();
  const auto captions = ReadNewsCaptions(options.manifest);
  if (!captions.ok()) return captions.status();
  const std::vector<ReferenceSentence> known = ReferenceOf(captions->known);
  TaggerConfig config = LearnTaggerNames(known, *ontology);
  if (config.types.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: no type has enough events to learn from", options.manifest));
  }
  const auto vectors = ReadWordVectors(options.vectors_dir, &config);
  if (!vectors.ok()) return vectors.status();
  const EventLexicon lexicon(*ontology);
  const std::vector<ReferenceSentence> made =
      Made(*ontology, lexicon, SentencePart::kTrain, options.seed, options.sentences);
  std::shared_ptr<Bert> bert;
  std::optional<PieceReader> pieces;
  if (options.context_layers > 0) {
    auto read = ReadPieceBert({options.vectors_dir, options.context_layers, options.tuned_layers},
                              known, &config);
    if (!read.ok()) return read.status();
    bert = *std::move(read);
    auto reader = PieceReader::Make(config.pieces);
    if (!reader.ok()) return reader.status();
    pieces.emplace(*std::move(reader));
  }
  const PieceReader* reader = pieces ? &*pieces : nullptr;
  const TaggerNames names(config);
  TaggerTrainSet set;
  AddExamples(MakeTaggerExamples(known, lexicon, *ontology, names, reader), set.examples);
  set.news = set.examples.size();
  AddExamples(MakeTaggerExamples(made, lexicon, *ontology, names, reader), set.examples);
  torch::manual_seed(options.seed);
  const auto model =
      std::make_shared<TaggerModel>(names, *vectors, options.width, options.layers, bert);
  TaggerRunOptions run_options;
  run_options.steps = options.steps;
  run_options.batch = options.batch;
  run_options.seed = options.seed;
  run_options.settings = fmt::format(
      "event tagger: {} examples of captions, {} of made sentences, {} words and {} more, width "
      "{}, {} layers, {} of {} layers of context tuned, {} steps of {}, seed {}",
      set.news, set.examples.size() - set.news, config.words.size(), config.more_words.size(),
      options.width, options.layers, options.tuned_layers, options.context_layers, options.steps,
      options.batch, options.seed);
  TaggerRun run(model, &set, run_options);
  const TrainedPhase phase = {"tagging",       "tagger-",
                              options.steps,   options.checkpoint_every,
                              options.run_dir, fmt::format("event tagger, seed {}", options.seed)};
  if (auto status = TrainToEnd(
          run, [&run] { run.Step(); }, phase, control);
      !status.ok()) {
    return status;
  }
  TrainTaggerReport report;
  report.dir = options.out_dir;
  report.first_loss = run.history().front().loss;
  report.last_loss = run.history().back().loss;
  report.parameters = CountParameters(*model);
  if (auto status = Write(options, config, *model); !status.ok()) return status;
  if (auto status = Measure(options, *ontology, captions->held, &report); !status.ok()) {
    return status;
  }
  config.card_json = TaggerCardJson(options, report);
  if (auto status = Write(options, config, *model); !status.ok()) return status;
  auto status =
      WriteFileDurably(options.out_dir + "/CARD.md", TaggerCardText(options, config, report));
  if (!status.ok()) return status;
  return report;
}

}  // namespace

absl::StatusOr<TrainTaggerReport> TrainTagger(const TrainTaggerOptions& options,
                                              TrainControl& control) {
  return CatchTorch([&] { return Train(options, control); });
}

}  // namespace imago
