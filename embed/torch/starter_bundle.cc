#include "embed/torch/starter_bundle.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "embed/starter_card.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/posterior_tower.h"
#include "embed/torch/sentences.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr uintmax_t kMaxBundleBytes = 60'000'000;
constexpr int64_t kPositions = kSentenceTokens;
constexpr int64_t kSentenceWidth = 384;

constexpr char kWordTable[] = "embeddings.word_embeddings.weight";

// Lines of WordPiece's file, and which of them stand for something.
struct Vocabulary {
  std::string text;
  torch::Tensor rows;  // int64
};

Vocabulary UsedWords(const std::string& vocab) {
  Vocabulary used;
  std::vector<int64_t> rows;
  int64_t row = 0;
  for (const absl::string_view line : absl::StrSplit(vocab, '\n', absl::SkipEmpty())) {
    if (!absl::StartsWith(line, "[unused")) {
      used.text.append(line.data(), line.size()).append("\n");
      rows.push_back(row);
    }
    ++row;
  }
  used.rows = torch::tensor(rows, torch::kInt64);
  return used;
}

// Copies all that `to` has and `from` too; a table of positions may be longer there, and of words
// only the rows `words` are wanted.
void CopyWeights(const torch::nn::Module& from, torch::nn::Module& to,
                 const torch::Tensor& words = {}) {
  const auto sources = WeightsByName(from);
  for (auto& [name, target] : WeightsByName(to)) {
    torch::Tensor source = sources.at(name).detach();
    if (name == kWordTable && words.defined()) source = source.index_select(0, words);
    if (source.dim() > 0 && source.size(0) > target.size(0)) {
      source = source.narrow(0, 0, target.size(0));
    }
    target.copy_(source);
  }
}

absl::StatusOr<std::shared_ptr<ClipModel>> Assemble(const StarterParts& parts,
                                                    const BundleConfig& config,
                                                    const torch::Tensor& words, double max_scale) {
  auto model = ClipModel::Make(config, static_cast<int>(words.size(0)), TowerInit::kNone);
  if (!model.ok()) return model.status();
  const torch::NoGradGuard no_grad;
  const auto image = std::dynamic_pointer_cast<PosteriorTower>((*model)->image);
  const auto text = std::dynamic_pointer_cast<CentredBert>((*model)->text);
  CopyWeights(parts.trunk, *image->trunk);
  CopyWeights(*parts.model.head, *image->head);
  CopyWeights(parts.bert, *text->bert, words);
  CopyWeights(*parts.model.centre, *text->centre);
  (*model)->logit_scale.copy_(parts.model.logit_scale.clamp_max(std::log(max_scale)));
  return model;
}

absl::Status CheckSize(const std::string& dir) {
  uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  if (bytes <= kMaxBundleBytes) return absl::OkStatus();
  return absl::OutOfRangeError(
      fmt::format("{} has {} bytes, it must be at most {}", dir, bytes, kMaxBundleBytes));
}

}  // namespace

BundleConfig StarterConfig(const TrainClipOptions& options) {
  BundleConfig config;
  config.name = options.name;
  config.dim = static_cast<int>(kSentenceWidth) + options.detail;
  config.preprocess = LitePreprocess(options.encode_size);
  config.tokenizer_kind = TokenizerKind::kWordPiece;
  config.tokenizer_file = "vocab.txt";
  config.max_tokens = kSentenceTokens;
  config.image_tower.kind = options.trunk + "-posterior";
  config.image_tower.numbers = {{"size", options.encode_size},
                                {"hidden", options.hidden},
                                {"detail", options.detail},
                                {"detail_percent", options.detail_percent}};
  config.text_tower.kind = "bert-centred";
  config.text_tower.numbers = {
      {"width", kSentenceWidth}, {"layers", 6}, {"heads", 12}, {"positions", kPositions}};
  return config;
}

absl::StatusOr<Bundle> WriteStarterBundle(const StarterParts& parts,
                                          const TrainClipOptions& options,
                                          const StarterCard& card) {
  BundleConfig config = StarterConfig(options);
  config.card_json = StarterCardJson(options, card.report, card.sources);
  const Vocabulary used = UsedWords(parts.vocab);
  const auto model = Assemble(parts, config, used.rows, options.max_logit_scale);
  if (!model.ok()) return model.status();
  const std::string& dir = options.out_dir;
  if (auto status = MakeFolders(dir); !status.ok()) return status;
  auto status = SaveWeights(**model, dir + "/weights.safetensors");
  const auto write = [&](const char* name, const std::string& bytes) {
    if (status.ok()) status = WriteFileDurably(dir + "/" + name, bytes);
  };
  write("vocab.txt", used.text);
  write("CARD.md", StarterCardText(options, card.report, card.sources));
  write("NOTICE", StarterNotice(options));
  write("model.json", BundleConfigToJson(config));
  if (status.ok()) status = CheckSize(dir);
  if (!status.ok()) return status;
  return OpenBundle(dir);
}

}  // namespace imago
