#include "embed/torch/pair_batches.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "embed/random.h"
#include "embed/tower_config.h"

namespace imago {
namespace {

constexpr size_t kPass = 64;

torch::Tensor ToTensor(const Matrix& rows, size_t begin, size_t end) {
  std::vector<float> values(rows.row(begin), rows.row(begin) + (end - begin) * rows.cols());
  return torch::tensor(values).view({static_cast<int64_t>(end - begin), -1});
}

TokenRows NoTokens() {
  return {torch::empty({0, 1}, torch::kInt64), torch::empty({0}, torch::kInt64)};
}

}  // namespace

TokenRows Tokenize(const Tokenizer& tokenizer, const std::vector<std::string>& texts,
                   int max_tokens) {
  if (texts.empty()) return NoTokens();
  std::vector<std::vector<int32_t>> all;
  size_t longest = 1;
  for (const std::string& text : texts) {
    all.push_back(tokenizer.Encode(text, max_tokens));
    longest = std::max(longest, all.back().size());
  }
  const auto count = static_cast<int64_t>(texts.size());
  const auto length = static_cast<int64_t>(longest);
  TokenRows rows{torch::full({count, length}, tokenizer.pad_id(), torch::kInt64),
                 torch::empty({count}, torch::kInt64)};
  for (int64_t i = 0; i < count; ++i) {
    std::copy(all[i].begin(), all[i].end(), rows.ids.data_ptr<int64_t>() + i * length);
    rows.lengths.data_ptr<int64_t>()[i] = static_cast<int64_t>(all[i].size());
  }
  return rows;
}

torch::Tensor Pixels(absl::Span<const Image> pictures, const PreprocessOptions& options) {
  torch::Tensor pixels =
      torch::empty({static_cast<int64_t>(pictures.size()), 3, options.size, options.size});
  for (size_t i = 0; i < pictures.size(); ++i) {
    Preprocess(pictures[i], options, pixels[i].data_ptr<float>());
  }
  return pixels;
}

double HeldOutRecall(const HeldOutPictures& pictures, const TokenRows& texts,
                     const PreprocessOptions& options, ClipModel& model) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const torch::Tensor names = model.EncodeTexts(texts.ids, texts.lengths);
  const auto all = absl::MakeConstSpan(pictures.pictures);
  size_t right = 0;
  for (size_t begin = 0; begin < all.size(); begin += kPass) {
    const auto some = all.subspan(begin, kPass);
    const torch::Tensor nearest =
        torch::matmul(model.EncodeImages(Pixels(some, options)), names.t()).argmax(1);
    for (size_t i = 0; i < some.size(); ++i) {
      right += nearest[i].item<int64_t>() == pictures.labels[begin + i] ? 1 : 0;
    }
  }
  return all.empty() ? 0 : 100.0 * static_cast<double>(right) / static_cast<double>(all.size());
}

PairBatches::PairBatches(const PairExamples& examples, const Tokenizer& tokenizer,
                         const Encoder* teacher, const TrainPairOptions& options)
    : examples_(examples), tokenizer_(tokenizer), teacher_(teacher), options_(options) {}

torch::Tensor PairBatches::Patches(int64_t step, int64_t begin, int64_t end) const {
  const auto grid = ParsePatches(options_.model.image_tower)->grid;
  const int64_t all = grid * grid;
  const auto kept =
      std::max<int64_t>(1, std::llround(static_cast<double>(all) * (1 - options_.patch_dropout)));
  torch::Tensor patches = torch::empty({end - begin, kept}, torch::kInt64);
  std::vector<int64_t> order(all);
  for (int64_t i = begin; i < end; ++i) {
    Random of_step(Random(options_.seed + 1).Next() ^ static_cast<uint64_t>(step));
    Random random(of_step.Next() ^ static_cast<uint64_t>(i));
    std::iota(order.begin(), order.end(), 0);
    for (int64_t k = 0; k < kept; ++k) std::swap(order[k], order[k + random.Below(all - k)]);
    std::copy_n(order.begin(), kept, patches[i - begin].data_ptr<int64_t>());
  }
  return patches;
}

absl::Status PairBatches::Teach(const std::vector<PairExample>& examples, PairBatch& batch) const {
  std::vector<Content> contents;
  for (const PairExample& example : examples) contents.push_back(ImageContent{example.view});
  for (const PairExample& example : examples) contents.push_back(TextContent{example.text});
  const auto rows = teacher_->Encode(contents);
  if (!rows.ok()) return rows.status();
  batch.teacher_pictures = ToTensor(rows->rows, 0, examples.size());
  batch.teacher_texts = ToTensor(rows->rows, examples.size(), contents.size());
  return absl::OkStatus();
}

absl::StatusOr<PairBatch> PairBatches::Draw(int64_t step, int rank, int size) const {
  const torch::NoGradGuard no_grad;
  const int64_t begin = options_.batch * rank / size;
  const int64_t end = options_.batch * (rank + 1) / size;
  std::vector<PairExample> examples;
  std::vector<Image> views;
  std::vector<std::string> texts;
  std::vector<std::string> wrong;
  std::vector<int64_t> keys;
  std::vector<int64_t> wrong_keys;
  for (int64_t i = begin; i < end; ++i) {
    auto example = examples_.Draw(step, i);
    if (!example.ok()) return example.status();
    views.push_back(example->view);
    texts.push_back(example->text);
    keys.push_back(example->key);
    if (!example->wrong.empty()) {
      wrong.push_back(example->wrong);
      wrong_keys.push_back(example->wrong_key);
    }
    if (teacher_ != nullptr) examples.push_back(*std::move(example));
  }
  PairBatch batch;
  batch.pixels = Pixels(views, options_.model.preprocess);
  batch.texts = Tokenize(tokenizer_, texts, options_.model.max_tokens);
  batch.keys = torch::tensor(keys, torch::kInt64);
  if (examples_.has_scenes()) {
    batch.negatives = Tokenize(tokenizer_, wrong, options_.model.max_tokens);
    batch.negative_keys = torch::tensor(wrong_keys, torch::kInt64);
  }
  if (options_.patch_dropout > 0) batch.patches = Patches(step, begin, end);
  if (teacher_ == nullptr) return batch;
  if (auto status = Teach(examples, batch); !status.ok()) return status;
  return batch;
}

}  // namespace imago
