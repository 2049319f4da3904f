#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "embed/sentencepiece_check.h"
#include "embed/sentencepiece_load.h"
#include "embed/tokenizer.h"

namespace imago {
namespace {

constexpr size_t kMaxModelBytes = 64 << 20;
constexpr size_t kMaxTextBytes = 1 << 20;

class SentencePieceTokenizer : public Tokenizer {
 public:
  explicit SentencePieceTokenizer(std::unique_ptr<SentencePieceModel> model)
      : model_(std::move(model)) {}

  std::vector<int32_t> Encode(std::string_view text, int max_tokens) const override {
    std::vector<int32_t> ids = model_->Encode(text.substr(0, kMaxTextBytes));
    if (model_->start_id() >= 0) ids.insert(ids.begin(), model_->start_id());
    const bool ends = model_->end_id() >= 0;
    const size_t room = std::max(max_tokens, 2) - (ends ? 1 : 0);
    ids.resize(std::min(ids.size(), room));
    if (ends) ids.push_back(model_->end_id());
    return ids;
  }

  int vocab_size() const override { return model_->vocab_size(); }
  int pad_id() const override {
    return std::max({model_->pad_id() >= 0 ? model_->pad_id() : model_->end_id(), 0});
  }

 private:
  const std::unique_ptr<SentencePieceModel> model_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SentencePieceModel>> LoadSentencePiece(std::string_view model_file) {
  if (model_file.size() > kMaxModelBytes) {
    return absl::InvalidArgumentError(fmt::format("sentencepiece model: {} bytes, {} is the limit",
                                                  model_file.size(), kMaxModelBytes));
  }
  if (absl::Status status = CheckSentencePieceModel(model_file); !status.ok()) return status;
  std::string error;
  std::unique_ptr<SentencePieceModel> model = SentencePieceModel::Load(model_file, error);
  if (!model) return absl::DataLossError("sentencepiece model: " + error);
  return model;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> NewSentencePieceTokenizer(std::string_view model_file) {
  auto model = LoadSentencePiece(model_file);
  if (!model.ok()) return model.status();
  return std::make_unique<SentencePieceTokenizer>(*std::move(model));
}

}  // namespace imago
