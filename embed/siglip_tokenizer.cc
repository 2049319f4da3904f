#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "embed/sentencepiece_load.h"
#include "embed/tokenizer.h"

namespace imago {
namespace {

constexpr size_t kMaxTextBytes = 1 << 20;
constexpr UChar32 kWordStart = 0x2581;

bool IsBlank(UChar32 c) { return c == kWordStart || u_isUWhiteSpace(c) || (c >= 0x1C && c < 0x20); }

bool IsAsciiPunctuation(UChar32 c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

// Lower case without ASCII punctuation, single spaces between words.
std::string Canonical(std::string_view text) {
  icu::UnicodeString lower = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  lower.toLower(icu::Locale::getRoot());
  icu::UnicodeString out;
  bool blank = false;
  for (int32_t i = 0; i < lower.length(); i = lower.moveIndex32(i, 1)) {
    const UChar32 c = lower.char32At(i);
    if (IsBlank(c)) {
      blank = true;
    } else if (!IsAsciiPunctuation(c)) {
      if (blank && !out.isEmpty()) out.append(static_cast<UChar32>(' '));
      out.append(c);
      blank = false;
    }
  }
  std::string bytes;
  return out.toUTF8String(bytes);
}

class SiglipTokenizer : public Tokenizer {
 public:
  explicit SiglipTokenizer(std::unique_ptr<SentencePieceModel> model) : model_(std::move(model)) {}

  std::vector<int32_t> Encode(std::string_view text, int max_tokens) const override {
    std::vector<int32_t> ids = model_->Encode(Canonical(text.substr(0, kMaxTextBytes)));
    ids.resize(std::min(ids.size(), static_cast<size_t>(std::max(max_tokens, 2) - 1)));
    ids.push_back(model_->end_id());
    return ids;
  }

  int vocab_size() const override { return model_->vocab_size(); }
  int pad_id() const override { return model_->end_id(); }

 private:
  const std::unique_ptr<SentencePieceModel> model_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> NewSiglipTokenizer(std::string_view model_file) {
  auto model = LoadSentencePiece(model_file);
  if (!model.ok()) return model.status();
  if ((*model)->end_id() < 0) {
    return absl::DataLossError("sentencepiece model: SigLIP pads with an end piece, it has none");
  }
  return std::make_unique<SiglipTokenizer>(*std::move(model));
}

}  // namespace imago
