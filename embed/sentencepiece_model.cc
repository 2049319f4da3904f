#include "embed/sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include <exception>
#include <utility>

namespace imago {

struct SentencePieceModel::Impl {
  sentencepiece::SentencePieceProcessor processor;
};

std::unique_ptr<SentencePieceModel> SentencePieceModel::Load(std::string_view bytes,
                                                             std::string& error) {
  auto impl = std::make_unique<Impl>();
  try {
    const auto status = impl->processor.LoadFromSerializedProto(bytes);
    if (status.ok()) {
      return std::unique_ptr<SentencePieceModel>(new SentencePieceModel(std::move(impl)));
    }
    error = status.message();
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  return nullptr;
}

SentencePieceModel::SentencePieceModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SentencePieceModel::~SentencePieceModel() = default;

std::vector<int32_t> SentencePieceModel::Encode(std::string_view text) const {
  std::vector<int> ids;
  try {
    if (!impl_->processor.Encode(text, &ids).ok()) ids.clear();
  } catch (const std::exception&) {
    ids.clear();
  }
  return {ids.begin(), ids.end()};
}

int SentencePieceModel::vocab_size() const { return impl_->processor.GetPieceSize(); }
int SentencePieceModel::start_id() const { return impl_->processor.bos_id(); }
int SentencePieceModel::end_id() const { return impl_->processor.eos_id(); }
int SentencePieceModel::pad_id() const { return impl_->processor.pad_id(); }

}  // namespace imago
