#include "embed/torch/piece_bert.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "embed/bundle.h"
#include "embed/safetensors.h"
#include "embed/tokenizer.h"
#include "embed/torch/clip_model.h"
#include "embed/word_pieces.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr char kPrefix[] = "text.bert.";
constexpr char kWords[] = "embeddings.word_embeddings.weight";
constexpr size_t kCommonPieces = 10'000;
constexpr int kMostTokens = 512;
constexpr int64_t kHeadWidth = 32;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool IsOneSign(const std::string& piece) {
  return piece.size() == 1 || (piece.size() == 3 && piece.starts_with("##"));
}

// Which of the vocabulary are kept, the special ones first; "[MASK]" is taken for "[UNK]" where the
// vocabulary has none.
std::vector<int64_t> Keep(const std::vector<std::string>& vocabulary, const Tokenizer& tokenizer,
                          const std::vector<ReferenceSentence>& texts) {
  std::map<std::string, int64_t> numbers;
  for (const std::string& piece : vocabulary) {
    numbers.emplace(piece, static_cast<int64_t>(numbers.size()));
  }
  std::vector<int64_t> kept;
  std::vector<bool> wanted(vocabulary.size(), false);
  for (const std::string& piece : SpecialPieces()) {
    const auto found = numbers.find(piece);
    kept.push_back(found == numbers.end() ? numbers.at("[UNK]") : found->second);
  }
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    wanted[i] = i < kCommonPieces || IsOneSign(vocabulary[i]);
  }
  for (const ReferenceSentence& text : texts) {
    for (const int32_t id : tokenizer.Encode(text.text, kMostTokens)) wanted[id] = true;
  }
  for (const int64_t id : kept) wanted[id] = false;
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    if (wanted[i]) kept.push_back(static_cast<int64_t>(i));
  }
  return kept;
}

absl::StatusOr<torch::Tensor> ReadTensor(const SafetensorsFile& file, const std::string& name) {
  const auto values = file.ReadFloats(kPrefix + name);
  if (!values.ok()) return values.status();
  return torch::tensor(*values).reshape(file.tensors().at(kPrefix + name).shape);
}

absl::StatusOr<std::shared_ptr<Bert>> Load(const PieceBertOptions& options,
                                           const std::vector<int64_t>& kept) {
  const auto file = SafetensorsFile::Open(options.bundle_dir + "/weights.safetensors");
  if (!file.ok()) return file.status();
  const auto words = ReadTensor(*file, kWords);
  if (!words.ok()) return words.status();
  const auto inner = ReadTensor(*file, "encoder.layer.0.intermediate.dense.bias");
  if (!inner.ok()) return inner.status();
  BertOptions shape;
  shape.vocab_size = static_cast<int64_t>(kept.size());
  shape.positions = kRunPieces;
  shape.width = words->size(1);
  shape.layers = options.layers;
  shape.heads = shape.width / kHeadWidth;
  shape.hidden = inner->size(0);
  auto bert = std::make_shared<Bert>(shape, TowerInit::kNone);
  const torch::NoGradGuard no_grad;
  for (auto& [name, weight] : WeightsByName(*bert)) {
    auto read = ReadTensor(*file, name);
    if (!read.ok()) return read.status();
    if (name == kWords) read = read->index_select(0, torch::tensor(kept));
    if (read->sizes() != weight.sizes()) {
      return absl::InvalidArgumentError(fmt::format("{}: tensor {}{} has another shape than wanted",
                                                    options.bundle_dir, kPrefix, name));
    }
    weight.copy_(*read);
  }
  for (auto& parameter : bert->named_parameters()) {
    bool tuned = false;
    for (int i = options.layers - options.tuned; i < options.layers; ++i) {
      tuned |= parameter.key().starts_with(fmt::format("encoder.layer.{}.", i));
    }
    parameter.value().set_requires_grad(tuned);
  }
  return bert;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Bert>> ReadPieceBert(const PieceBertOptions& options,
                                                    const std::vector<ReferenceSentence>& texts,
                                                    TaggerConfig* config) {
  const auto bundle = OpenBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  if (bundle->config.tokenizer_kind != TokenizerKind::kWordPiece) {
    return absl::InvalidArgumentError(
        fmt::format("{}: words in context need a WordPiece tokenizer", options.bundle_dir));
  }
  const auto file = ReadWholeFile(options.bundle_dir + "/" + bundle->config.tokenizer_file);
  if (!file.ok()) return file.status();
  const auto tokenizer = NewWordPieceTokenizer(*file);
  if (!tokenizer.ok()) return tokenizer.status();
  const std::vector<std::string> vocabulary = Lines(*file);
  const std::vector<int64_t> kept = Keep(vocabulary, **tokenizer, texts);
  config->pieces = SpecialPieces();
  for (size_t i = config->pieces.size(); i < kept.size(); ++i) {
    config->pieces.push_back(vocabulary[static_cast<size_t>(kept[i])]);
  }
  return Load(options, kept);
}

}  // namespace imago
