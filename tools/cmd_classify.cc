// imago classify: which of one's own labels fits each picture best.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "embed/prompt_bank.h"
#include "fmt/format.h"
#include "index/picture_decoder.h"
#include "index/walk.h"
#include "query/classify.h"
#include "tools/command.h"
#include "web/json.h"

namespace imago {
namespace {

struct ClassifyArgs {
  std::vector<std::string> paths;
  std::vector<std::string> labels;  // each a list with commas
  std::string labels_file;
  std::vector<std::string> templates;
  std::string prompts;
  int top = 5;
};

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The parts that are not blank.
void AddParts(std::istream& in, char separator, std::vector<std::string>& out) {
  for (std::string part; std::getline(in, part, separator);) {
    if (std::string label = Trimmed(part); !label.empty()) out.push_back(std::move(label));
  }
}

absl::StatusOr<LabelPrompts> ReadPrompts(const ClassifyArgs& args) {
  LabelPrompts prompts;
  for (const std::string& list : args.labels) {
    std::istringstream in(list);
    AddParts(in, ',', prompts.labels);
  }
  if (!args.labels_file.empty()) {
    std::ifstream in(args.labels_file);
    if (!in) return absl::InvalidArgumentError(fmt::format("cannot read {}", args.labels_file));
    AddParts(in, '\n', prompts.labels);
  }
  prompts.templates = args.templates;
  if (args.templates.empty()) {
    auto templates = TemplatesOf(args.prompts.empty() ? kDefaultPrompts : args.prompts);
    if (!templates.ok()) return templates.status();
    prompts.templates = *std::move(templates);
  }
  if (auto status = CheckLabelPrompts(prompts); !status.ok()) return status;
  return prompts;
}

// Code points, which is about how many columns they take.
size_t Columns(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

std::string Padded(const std::string& text, size_t columns) {
  return text + std::string(columns - std::min(columns, Columns(text)), ' ');
}

template <typename List, typename TextOf>
size_t Widest(const List& list, TextOf text_of) {
  size_t columns = 0;
  for (const auto& one : list) columns = std::max(columns, Columns(text_of(one)));
  return columns;
}

// Lines of a table whose widths are known beforehand, so that each can be printed at once.
class Table {
 public:
  Table(const std::vector<FoundFile>& files, const std::vector<std::string>& labels)
      : path_columns_(Widest(files, [](const FoundFile& file) { return file.path; })),
        label_columns_(Widest(labels, [](const std::string& label) { return label; })) {}

  void Print(const std::string& path, const std::vector<LabelScore>& labels) const {
    std::string line = Padded(path, path_columns_);
    for (const LabelScore& one : labels) {
      line += fmt::format("  {} {:5.1f} %", Padded(one.label, label_columns_), 100 * one.p);
    }
    fmt::print("{}\n", line);
  }

 private:
  const size_t path_columns_;
  const size_t label_columns_;
};

// Reads pictures and classifies them a batch at a time. Those that cannot be read are named on
// standard error and left out.
class Run {
 public:
  Run(const Config& config, const Encoder& encoder, const LabelPrompts& prompts, int top)
      : encoder_(encoder),
        prompts_(prompts),
        top_(top),
        batch_size_(static_cast<size_t>(config.encoder.max_batch)),
        max_bytes_(config.decode.max_bytes),
        classifier_(encoder) {
    PrepareOptions options = OptionsToIndex(config.decode, encoder);
    options.thumbnail_side = 0;
    decode_ = NewPictureDecoder(config.decode_worker, options);
  }

  // `table` may be null. A Status is trouble with the decoder or the model.
  absl::Status All(const std::vector<FoundFile>& files, const Table* table) {
    for (const FoundFile& file : files) {
      if (auto status = Take(file); !status.ok()) return status;
      if (batch_.size() < batch_size_) continue;
      if (auto status = ClassifyBatch(table); !status.ok()) return status;
    }
    return ClassifyBatch(table);
  }

  void Complain(const std::string& what) {
    fmt::print(stderr, "imago: {}\n", what);
    failed_ = true;
  }

  bool failed() const { return failed_; }
  // Of the pictures that were classified, as in answer().results.
  const std::vector<std::string>& paths() const { return paths_; }
  const Classification& answer() const { return answer_; }

 private:
  absl::Status Take(const FoundFile& file) {
    if (!file.picture && !LooksLikePicture(file.path)) return absl::OkStatus();
    const auto bytes = ReadFile(file.path, max_bytes_);
    if (!bytes.ok()) {
      Complain(std::string(bytes.status().message()));
      return absl::OkStatus();
    }
    auto prepared = decode_({reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size()});
    if (absl::IsUnavailable(prepared.status())) return prepared.status();
    if (!prepared.ok()) {
      Complain(fmt::format("{}: {}", file.path, std::string(prepared.status().message())));
      return absl::OkStatus();
    }
    batch_.push_back(ImageContent{std::move(prepared->input)});
    paths_.push_back(file.path);
    return absl::OkStatus();
  }

  absl::Status ClassifyBatch(const Table* table) {
    const auto rows = encoder_.Encode(std::exchange(batch_, {}));
    if (!rows.ok()) return rows.status();
    auto some = classifier_.Classify(rows->rows, prompts_, top_);
    if (!some.ok()) return some.status();
    std::vector<std::vector<LabelScore>> results = std::move(answer_.results);
    answer_ = *std::move(some);
    for (std::vector<LabelScore>& labels : answer_.results) {
      if (table != nullptr) table->Print(paths_[results.size()], labels);
      results.push_back(std::move(labels));
    }
    answer_.results = std::move(results);
    return absl::OkStatus();
  }

  const Encoder& encoder_;
  const LabelPrompts& prompts_;
  const int top_;
  const size_t batch_size_;
  const int64_t max_bytes_;
  Classifier classifier_;
  PictureDecoder decode_;
  std::vector<Content> batch_;
  std::vector<std::string> paths_;
  Classification answer_;
  bool failed_ = false;
};

int Classify(const Globals& globals, const ClassifyArgs& args) {
  const auto prompts = ReadPrompts(args);
  if (!prompts.ok()) return Fail(prompts.status());
  auto config = MakeConfig(globals);
  if (!config.ok()) return Fail(config.status());
  auto dir = ResolveModelDir(*config);
  if (!dir.ok()) return Fail(dir.status());
  auto encoder = OpenEncoder(*dir, config->encoder);
  if (!encoder.ok()) return Fail(encoder.status());
  const WalkResult found = Walk(args.paths, [](size_t) { return true; });
  const Table table(found.files, prompts->labels);
  Run run(*config, **encoder, *prompts, args.top);
  for (const WalkFailure& failure : found.failures) {
    run.Complain(fmt::format("{}: {}", failure.path, failure.error));
  }
  const absl::Status status = run.All(found.files, globals.json ? nullptr : &table);
  if (!status.ok()) return Fail(status);
  if (globals.json) fmt::print("{}\n", ClassificationToJson(run.answer(), run.paths()));
  if (run.paths().empty() && !run.failed()) fmt::print(stderr, "imago: no pictures found\n");
  return run.failed() ? kItemErrors : kDone;
}

std::string NamesOfSets() {
  std::string names;
  for (const PromptSet& set : PromptBank()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", set.name);
  }
  return names;
}

}  // namespace

void AddClassify(CLI::App& app, Globals& globals, Command& run) {
  CLI::App* command =
      app.add_subcommand("classify", "Say which of your labels fits each picture best");
  auto args = std::make_shared<ClassifyArgs>();
  command->add_option("PATH", args->paths, "Pictures, and folders with all that is below them")
      ->required();
  command->add_option("--labels", args->labels, "Labels, with commas between them")
      ->allow_extra_args(false)
      ->type_name("A,B,...");
  command->add_option("--labels-file", args->labels_file, "File with a label on each line")
      ->type_name("FILE");
  CLI::Option* own = command->add_option("--template", args->templates,
                                         "Sentence with {} for the label; of several the mean");
  own->allow_extra_args(false)->type_name("TEXT");
  command
      ->add_option("--prompts", args->prompts,
                   fmt::format("Set of sentences (default {}): {}", kDefaultPrompts, NamesOfSets()))
      ->excludes(own)
      ->type_name("NAME");
  command->add_option("--top", args->top, "How many labels to show of each picture")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->callback(
      [&globals, &run, args] { run = [&globals, args] { return Classify(globals, *args); }; });
}

}  // namespace imago
