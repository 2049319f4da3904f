#include "embed/torch/word_vectors.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "embed/bundle.h"
#include "embed/safetensors.h"
#include "embed/tokenizer.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr char kTable[] = "text.bert.embeddings.word_embeddings.weight";
constexpr int kMostTokens = 64;
constexpr size_t kLeastLetters = 3;
constexpr double kDeviation = 0.5;  // beside the other tables' 0.3

// [tokens, width]
absl::StatusOr<torch::Tensor> ReadTable(const std::string& bundle_dir) {
  const auto file = SafetensorsFile::Open(bundle_dir + "/weights.safetensors");
  if (!file.ok()) return file.status();
  const auto values = file->ReadFloats(kTable);
  if (!values.ok()) return values.status();
  const std::vector<int64_t>& shape = file->tensors().at(kTable).shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < kWordVectorColumns) {
    return absl::InvalidArgumentError(
        fmt::format("{}: tensor {} must be a table of at least {} columns", bundle_dir, kTable,
                    kWordVectorColumns));
  }
  return torch::tensor(*values).reshape({shape[0], shape[1]});
}

bool IsPlainWord(const std::string& token) {
  return token.size() >= kLeastLetters &&
         std::all_of(token.begin(), token.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::vector<std::string> OtherWords(const std::string& vocabulary,
                                    const std::vector<std::string>& known) {
  const std::set<std::string> words(known.begin(), known.end());
  std::vector<std::string> others;
  std::istringstream in(vocabulary);
  for (std::string token; std::getline(in, token);) {
    if (IsPlainWord(token) && words.count(token) == 0) others.push_back(token);
  }
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  return others;
}

// Zeros for a word without tokens of its own.
torch::Tensor MeanRow(const torch::Tensor& table, const Tokenizer& tokenizer,
                      const std::string& word) {
  std::vector<int32_t> ids = tokenizer.Encode(word, kMostTokens);
  torch::Tensor sum = torch::zeros({table.size(1)});
  int64_t count = 0;
  for (size_t i = 1; i + 1 < ids.size(); ++i) {
    if (ids[i] >= table.size(0)) continue;
    sum += table[ids[i]];
    ++count;
  }
  return count == 0 ? sum : sum / count;
}

}  // namespace

absl::StatusOr<torch::Tensor> ReadWordVectors(const std::string& bundle_dir, TaggerConfig* config) {
  const auto bundle = OpenBundle(bundle_dir);
  if (!bundle.ok()) return bundle.status();
  if (bundle->config.tokenizer_kind != TokenizerKind::kWordPiece) {
    return absl::InvalidArgumentError(
        fmt::format("{}: vectors of words need a WordPiece tokenizer", bundle_dir));
  }
  const auto vocabulary = ReadWholeFile(bundle_dir + "/" + bundle->config.tokenizer_file);
  if (!vocabulary.ok()) return vocabulary.status();
  const auto tokenizer = NewWordPieceTokenizer(*vocabulary);
  if (!tokenizer.ok()) return tokenizer.status();
  const auto table = ReadTable(bundle_dir);
  if (!table.ok()) return table.status();
  config->more_words = OtherWords(*vocabulary, config->words);
  std::vector<torch::Tensor> rows;
  for (const auto* words : {&config->words, &config->more_words}) {
    for (const std::string& word : *words) rows.push_back(MeanRow(*table, **tokenizer, word));
  }
  torch::Tensor all = torch::stack(rows);
  const torch::Tensor own = all.narrow(0, 0, static_cast<int64_t>(config->words.size()));
  const torch::Tensor mean = own.mean(0);
  const torch::Tensor centred = (own - mean).to(torch::kFloat64);
  const auto [values, vectors] = torch::linalg_eigh(centred.t().matmul(centred));
  const torch::Tensor axes =
      vectors.narrow(1, table->size(1) - kWordVectorColumns, kWordVectorColumns).flip({1});
  all = (all - mean).matmul(axes.to(torch::kFloat32));
  all = all * (kDeviation / all.std().item<double>());
  return torch::cat({torch::zeros({1, kWordVectorColumns}), all});
}

}  // namespace imago
