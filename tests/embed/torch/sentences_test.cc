#include "embed/torch/sentences.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/sentence_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

const std::vector<std::string> kTexts = {"red", "the red left of the blue right of the photo",
                                         "blue left", ""};

// Counts what is encoded.
struct Counted {
  std::vector<int64_t> done;
  std::function<absl::Status(int64_t)> Function() {
    return [this](int64_t count) {
      done.push_back(count);
      return absl::OkStatus();
    };
  }
};

// One text alone, without any padding, by the definition.
torch::Tensor RowAlone(const SentenceEncoder& encoder, const std::string& text) {
  const torch::NoGradGuard no_grad;
  const std::vector<int32_t> ids = encoder.tokenizer->Encode(text, kSentenceTokens);
  const torch::Tensor words =
      encoder.bert->Words(torch::tensor(ids, torch::kInt32).to(torch::kInt64).unsqueeze(0),
                          torch::full({1}, static_cast<int64_t>(ids.size()), torch::kInt64));
  return torch::nn::functional::normalize(words.mean(1))[0];
}

TEST(EncodeSentences, AreThoseOfEachTextAloneInTheirOrder) {
  const SentenceEncoder encoder = TinySentences();
  const auto rows = EncodeSentences(encoder, kTexts, {MakeTempDir(), "set"}, Counted().Function());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(0), static_cast<int64_t>(kTexts.size()));
  for (size_t i = 0; i < kTexts.size(); ++i) {
    const torch::Tensor alone = RowAlone(encoder, kTexts[i]);
    EXPECT_TRUE(torch::allclose((*rows)[static_cast<int64_t>(i)], alone, 1e-4, 1e-5)) << i;
  }
  EXPECT_GT(((*rows)[0] - (*rows)[2]).norm().item<float>(), 1e-3) << "texts differ";
}

TEST(EncodeSentences, AreComputedOnceForTheSameTexts) {
  const SentenceEncoder encoder = TinySentences();
  const std::string dir = MakeTempDir();
  const auto encoded = [&](const std::vector<std::string>& texts) {
    Counted counted;
    const auto rows = EncodeSentences(encoder, texts, {dir, "set"}, counted.Function());
    EXPECT_TRUE(rows.ok()) << rows.status();
    return counted.done;
  };
  EXPECT_EQ(encoded(kTexts), (std::vector<int64_t>{4}));
  EXPECT_TRUE(encoded(kTexts).empty());
  std::vector<std::string> others = kTexts;
  others[0] = "blue";
  EXPECT_FALSE(encoded(others).empty());
}

TEST(EncodeSentences, StopWhereTheProgressSaysSo) {
  const auto rows = EncodeSentences(TinySentences(), kTexts, {MakeTempDir(), "set"},
                                    [](int64_t) { return absl::CancelledError("enough"); });
  EXPECT_TRUE(absl::IsCancelled(rows.status()));
}

}  // namespace
}  // namespace imago
