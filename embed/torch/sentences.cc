#include "embed/torch/sentences.h"

#include <algorithm>
#include <numeric>

#include "embed/torch/row_cache.h"
#include "fmt/ranges.h"
#include "storage/sha256.h"

namespace imago {
namespace {

constexpr int64_t kChunkTexts = 2048;
constexpr size_t kPass = 64;

using Ids = std::vector<int32_t>;

torch::Tensor EncodeIds(Bert& bert, const std::vector<const Ids*>& rows, int pad) {
  const auto count = static_cast<int64_t>(rows.size());
  const auto longest = static_cast<int64_t>(rows.back()->size());
  torch::Tensor ids = torch::full({count, longest}, pad, torch::kInt64);
  torch::Tensor lengths = torch::empty({count}, torch::kInt64);
  for (int64_t i = 0; i < count; ++i) {
    std::copy(rows[i]->begin(), rows[i]->end(), ids.data_ptr<int64_t>() + i * longest);
    lengths.data_ptr<int64_t>()[i] = static_cast<int64_t>(rows[i]->size());
  }
  return torch::nn::functional::normalize(bert.Forward(ids, lengths));
}

// Texts of like lengths go through together; the rows come back in the order of the texts.
torch::Tensor EncodeRange(const SentenceEncoder& encoder, absl::Span<const std::string> texts) {
  std::vector<Ids> ids;
  for (const std::string& text : texts) {
    ids.push_back(encoder.tokenizer->Encode(text, kSentenceTokens));
  }
  std::vector<int64_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return ids[a].size() < ids[b].size(); });
  std::vector<torch::Tensor> rows;
  for (size_t begin = 0; begin < order.size(); begin += kPass) {
    std::vector<const Ids*> pass;
    for (size_t i = begin; i < std::min(begin + kPass, order.size()); ++i) {
      pass.push_back(&ids[order[i]]);
    }
    rows.push_back(EncodeIds(*encoder.bert, pass, encoder.tokenizer->pad_id()));
  }
  return torch::cat(rows).index_select(0, torch::tensor(order, torch::kInt64).argsort());
}

RowCache CacheOf(const SentenceCache& cache, const std::string& what,
                 const std::vector<std::string>& texts) {
  RowCache rows;
  rows.dir = cache.dir;
  rows.name = what + "-" + cache.name;
  rows.key = "minilm " + what + " " + Sha256(fmt::format("{}", fmt::join(texts, "\n")));
  rows.chunk_rows = kChunkTexts;
  return rows;
}

// [texts, length]; the pad id after the end of each.
torch::Tensor IdsOf(const SentenceEncoder& encoder, absl::Span<const std::string> texts, int length,
                    torch::Tensor& lengths) {
  const auto count = static_cast<int64_t>(texts.size());
  torch::Tensor ids = torch::full({count, length}, encoder.tokenizer->pad_id(), torch::kInt64);
  lengths = torch::empty({count}, torch::kInt64);
  for (int64_t i = 0; i < count; ++i) {
    const Ids row = encoder.tokenizer->Encode(texts[i], length);
    std::copy(row.begin(), row.end(), ids.data_ptr<int64_t>() + i * length);
    lengths.data_ptr<int64_t>()[i] = static_cast<int64_t>(row.size());
  }
  return ids;
}

}  // namespace

absl::StatusOr<SentenceWords> EncodeWords(const SentenceEncoder& encoder,
                                          const std::vector<std::string>& texts, int length,
                                          const SentenceCache& cache,
                                          const std::function<absl::Status(int64_t)>& progress) {
  const torch::InferenceMode inference;
  SentenceWords all;
  const torch::Tensor ids = IdsOf(encoder, texts, length, all.lengths);
  const auto encode = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    std::vector<torch::Tensor> passes;
    for (int64_t at = begin; at < end; at += kPass) {
      const int64_t to = std::min<int64_t>(at + kPass, end);
      const torch::Tensor lengths = all.lengths.slice(0, at, to);
      const torch::Tensor real = RealTokens(lengths, length);
      passes.push_back((encoder.bert->Words(ids.slice(0, at, to), lengths) * real.unsqueeze(2))
                           .to(torch::kFloat16));
    }
    if (auto status = progress(end); !status.ok()) return status;
    return torch::cat(passes);
  };
  RowCache rows = CacheOf(cache, fmt::format("words{}", length), texts);
  rows.type = TensorType::kF16;
  auto files = RowFiles::Make(rows, static_cast<int64_t>(texts.size()), encode);
  if (!files.ok()) return files.status();
  all.words = *std::move(files);
  return all;
}

absl::StatusOr<torch::Tensor> EncodeSentences(
    const SentenceEncoder& encoder, const std::vector<std::string>& texts,
    const SentenceCache& cache, const std::function<absl::Status(int64_t)>& progress) {
  const torch::InferenceMode inference;
  const auto encode = [&](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
    torch::Tensor rows =
        EncodeRange(encoder, absl::MakeConstSpan(texts).subspan(begin, end - begin));
    if (auto status = progress(end); !status.ok()) return status;
    return rows;
  };
  return CachedRows(CacheOf(cache, "texts", texts), static_cast<int64_t>(texts.size()), encode);
}

}  // namespace imago
