#include "embed/train_pair.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include "embed/decode_image.h"
#include "embed/encoder.h"
#include "embed/pair_report.h"
#include "embed/sentencepiece_train.h"
#include "embed/torch/pair_batches.h"
#include "embed/torch/pair_bundle.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr int64_t kMaxTokenizerBytes = 64 << 20;

// All that a training reads.
struct PairInputs {
  PairExamples examples;
  HeldOutPictures held_out;
  TokenRows held_out_texts;
  std::string tokenizer_file;  // its bytes
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Encoder> teacher;  // or null
};

absl::StatusOr<std::string> TokenizerFile(const TrainPairOptions& options,
                                          const PairExamples& examples) {
  if (options.learn_pieces == 0) return ReadFile(options.tokenizer_file, kMaxTokenizerBytes);
  std::string error;
  std::string model = TrainSentencePieces(examples.Texts(), options.learn_pieces, error);
  if (!model.empty()) return model;
  return absl::InvalidArgumentError(
      fmt::format("cannot learn {} pieces of the texts: {}", options.learn_pieces, error));
}

absl::StatusOr<PairInputs> LoadInputs(const TrainPairOptions& options, TrainControl& control) {
  PairInputs inputs;
  auto examples = PairExamples::Load(options, control);
  if (!examples.ok()) return examples.status();
  inputs.examples = *std::move(examples);
  auto file = TokenizerFile(options, inputs.examples);
  if (!file.ok()) return file.status();
  inputs.tokenizer_file = *std::move(file);
  auto tokenizer = NewTokenizer(options.model.tokenizer_kind, inputs.tokenizer_file);
  if (!tokenizer.ok()) return tokenizer.status();
  inputs.tokenizer = *std::move(tokenizer);
  auto held_out = LoadHeldOut(options, control);
  if (!held_out.ok()) return held_out.status();
  inputs.held_out = *std::move(held_out);
  inputs.held_out_texts =
      Tokenize(*inputs.tokenizer, inputs.held_out.texts, options.model.max_tokens);
  if (options.teacher.empty()) return inputs;
  EncoderOptions encoder;
  encoder.threads = options.threads;
  auto teacher = OpenEncoder(options.teacher, encoder);
  if (!teacher.ok()) return teacher.status();
  inputs.teacher = *std::move(teacher);
  return inputs;
}

// The steps of one training, its files and when it ends.
class PairTraining {
 public:
  PairTraining(const TrainPairOptions& options, const PairInputs& inputs,
               std::shared_ptr<PairModel> model, const Collective& collective)
      : options_(options),
        inputs_(inputs),
        collective_(collective),
        model_(std::move(model)),
        batches_(inputs.examples, *inputs.tokenizer, inputs.teacher.get(), options),
        run_(model_, Source(), collective, options,
             options.config_json + " on " + inputs.examples.Fingerprint()) {}

  // From the checkpoint, where there is one.
  absl::Status Load();
  absl::Status ToEnd(TrainControl& control);
  // The weights that the bundle is to hold.
  absl::Status KeepBest();
  PairReport Report() const;
  absl::Span<const LossPoint> history() const { return run_.history(); }

 private:
  PairSource Source() {
    return [this](int64_t step) {
      return batches_.Draw(step, collective_.rank(), collective_.size());
    };
  }
  std::string Path(const char* name) const { return options_.run_dir + "/" + name; }
  int64_t steps() const { return static_cast<int64_t>(run_.history().size()); }
  bool first() const { return collective_.rank() == 0; }
  absl::Status Save();
  absl::Status Measure();
  bool OutOfPatience() const;
  absl::StatusOr<double> Mean(double value) const;
  size_t Best() const;

  const TrainPairOptions& options_;
  const PairInputs& inputs_;
  const Collective& collective_;
  std::shared_ptr<PairModel> model_;
  PairBatches batches_;
  PairRun run_;
  std::vector<HeldOutPoint> held_out_;
  int64_t steps_here_ = 0;
  double seconds_here_ = 0;
};

absl::Status PairTraining::Load() {
  const auto loaded = run_.Load(Path("checkpoint.safetensors"));
  if (absl::IsNotFound(loaded)) return absl::OkStatus();
  if (!loaded.ok()) return loaded;
  const auto table = ReadWholeFile(Path("held_out.tsv"));
  if (absl::IsNotFound(table.status())) return absl::OkStatus();
  if (!table.ok()) return table.status();
  auto points = ParseHeldOutTable(*table);
  if (!points.ok()) return points.status();
  held_out_ = *std::move(points);
  std::erase_if(held_out_, [this](const HeldOutPoint& point) { return point.step > steps(); });
  return absl::OkStatus();
}

absl::Status PairTraining::Save() {
  if (!first()) return absl::OkStatus();
  if (auto status = run_.Save(Path("checkpoint.safetensors")); !status.ok()) return status;
  return WriteFileDurably(Path("loss.tsv"), LossTable(run_.history()));
}

absl::StatusOr<double> PairTraining::Mean(double value) const {
  torch::Tensor one = torch::full({1}, value);
  if (auto status = collective_.AllReduce(one); !status.ok()) return status;
  return one.item<float>();
}

size_t PairTraining::Best() const {
  const auto better = [](const HeldOutPoint& a, const HeldOutPoint& b) {
    return a.recall < b.recall;
  };
  return std::max_element(held_out_.begin(), held_out_.end(), better) - held_out_.begin();
}

absl::Status PairTraining::Measure() {
  const double recall = HeldOutRecall(inputs_.held_out, inputs_.held_out_texts,
                                      options_.model.preprocess, model_->best());
  const auto agreed = Mean(recall);
  if (!agreed.ok()) return agreed.status();
  held_out_.push_back({steps(), *agreed});
  if (!first()) return absl::OkStatus();
  if (options_.patience > 0 && Best() + 1 == held_out_.size()) {
    auto status = SaveWeights(model_->best(), Path("best.safetensors"), TensorType::kF32);
    if (!status.ok()) return status;
  }
  return WriteFileDurably(Path("held_out.tsv"), HeldOutTable(held_out_));
}

bool PairTraining::OutOfPatience() const {
  if (options_.patience == 0 || held_out_.empty()) return false;
  return static_cast<int64_t>(held_out_.size() - 1 - Best()) >= options_.patience;
}

absl::Status PairTraining::ToEnd(TrainControl& control) {
  const bool measures = options_.held_out_every > 0 && !inputs_.held_out.pictures.empty();
  while (!run_.done() && !OutOfPatience()) {
    const auto begin = std::chrono::steady_clock::now();
    if (auto status = run_.Step(); !status.ok()) return status;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    seconds_here_ += took.count();
    ++steps_here_;
    const LossPoint& last = run_.history().back();
    if (control.on_progress) {
      control.on_progress(
          {"training", steps(), options_.steps, last.loss, last.learning_rate, last.logit_scale});
    }
    // All processes stop after the same step.
    const auto stops = Mean(control.stop ? 1 : 0);
    if (!stops.ok()) return stops.status();
    const bool stop = *stops > 0 && !run_.done();
    if (measures && (steps() % options_.held_out_every == 0 || run_.done())) {
      if (auto status = Measure(); !status.ok()) return status;
    }
    if (stop || run_.done() || OutOfPatience() || steps() % options_.checkpoint_every == 0) {
      if (auto status = Save(); !status.ok()) return status;
    }
    if (stop) {
      return absl::CancelledError(fmt::format("stopped after step {} of {}; run it again to go on",
                                              steps(), options_.steps));
    }
  }
  return absl::OkStatus();
}

absl::Status PairTraining::KeepBest() {
  if (options_.patience == 0 || held_out_.empty() || !first()) return absl::OkStatus();
  const auto file = SafetensorsFile::Open(Path("best.safetensors"));
  if (!file.ok()) return file.status();
  return LoadWeights(*file, model_->best());
}

PairReport PairTraining::Report() const {
  PairReport report;
  report.pictures = inputs_.examples.pictures();
  report.labels = static_cast<int64_t>(inputs_.examples.labels().size());
  report.steps = steps();
  report.first_loss = run_.history().front().loss;
  report.last_loss = run_.history().back().loss;
  if (seconds_here_ > 0) {
    report.pairs_per_second = static_cast<double>(options_.batch * steps_here_) / seconds_here_;
  }
  report.held_out = held_out_;
  report.held_out_pictures = static_cast<int64_t>(inputs_.held_out.pictures.size());
  report.held_out_labels = static_cast<int64_t>(inputs_.held_out.texts.size());
  report.recall = HeldOutRecall(inputs_.held_out, inputs_.held_out_texts, options_.model.preprocess,
                                model_->best());
  return report;
}

absl::StatusOr<PairReport> Train(const TrainPairOptions& options, TrainControl& control,
                                 Collective& collective) {
  if (options.batch < collective.size()) {
    return absl::InvalidArgumentError(
        fmt::format("\"batch\" is {}, there are {} processes", options.batch, collective.size()));
  }
  if (auto status = MakeFolders(options.run_dir); !status.ok()) return status;
  at::set_num_threads(options.threads);
  const auto inputs = LoadInputs(options, control);
  if (!inputs.ok()) return inputs.status();
  auto model = MakePairModel(options, inputs->tokenizer->vocab_size(),
                             inputs->teacher ? inputs->teacher->dim() : 0);
  if (!model.ok()) return model.status();
  PairTraining training(options, *inputs, *model, collective);
  auto status = training.Load();
  if (status.ok()) status = training.ToEnd(control);
  // All have stopped; none may end before rank 0 has written.
  if (absl::IsCancelled(status)) collective.Finish().IgnoreError();
  if (status.ok()) status = training.KeepBest();
  if (!status.ok()) return status;
  PairReport report = training.Report();
  if (collective.rank() == 0) {
    auto bundle = WritePairBundle((*model)->best(), inputs->tokenizer_file,
                                  inputs->examples.sources(), options, report);
    if (!bundle.ok()) return bundle.status();
    report.bundle_dir = bundle->dir;
    report.model = bundle->id;
    status = WriteFileDurably(options.run_dir + "/report.html",
                              PairReportHtml(report, training.history(), options));
    if (!status.ok()) return status;
  }
  if (status = collective.Finish(); !status.ok()) return status;
  return report;
}

}  // namespace

absl::StatusOr<PairReport> TrainPair(const TrainPairOptions& options, TrainControl& control) {
  try {
    const auto collective = OpenCollective();
    if (!collective.ok()) return collective.status();
    return Train(options, control, **collective);
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("training of {}: {}", options.model.name, error.what()));
  }
}

}  // namespace imago
