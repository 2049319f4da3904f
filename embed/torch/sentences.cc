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

RowCache CacheOf(const SentenceCache& cache, const std::vector<std::string>& texts) {
  RowCache rows;
  rows.dir = cache.dir;
  rows.name = "texts-" + cache.name;
  rows.key = "minilm texts " + Sha256(fmt::format("{}", fmt::join(texts, "\n")));
  rows.chunk_rows = kChunkTexts;
  return rows;
}

}  // namespace

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
  return CachedRows(CacheOf(cache, texts), static_cast<int64_t>(texts.size()), encode);
}

}  // namespace imago
