#include "embed/torch/sentences.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/embed/torch/sentence_support.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr int kLength = 8;

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

SentenceWords Words(const SentenceEncoder& encoder, const std::vector<std::string>& texts,
                    int length, const std::string& dir) {
  auto words = EncodeWords(encoder, texts, length, {dir, "set"}, Counted().Function());
  EXPECT_TRUE(words.ok()) << words.status();
  return *std::move(words);
}

// One text alone, without any padding, by the definition.
torch::Tensor WordsAlone(const SentenceEncoder& encoder, const std::string& text, int length) {
  const torch::NoGradGuard no_grad;
  const std::vector<int32_t> ids = encoder.tokenizer->Encode(text, length);
  const auto count = static_cast<int64_t>(ids.size());
  return encoder.bert->Words(torch::tensor(ids, torch::kInt32).to(torch::kInt64).unsqueeze(0),
                             torch::full({1}, count, torch::kInt64))[0];
}

TEST(EncodeWords, CountsTheTokensAndCutsLongTexts) {
  const SentenceWords words = Words(TinySentences(), kTexts, kLength, MakeTempDir());
  // Each text lies between a token for its start and one for its end.
  EXPECT_TRUE(torch::equal(words.lengths, torch::tensor({3, 8, 4, 2}, torch::kInt64)));
  const torch::Tensor rows = words.words.All();
  EXPECT_EQ(rows.sizes(), (std::vector<int64_t>{4, kLength, kTinySentenceWidth}));
  EXPECT_EQ(rows.scalar_type(), torch::kFloat16);
}

TEST(EncodeWords, AreThoseOfTheTextAloneAndZerosAfterItsEnd) {
  const SentenceEncoder encoder = TinySentences();
  const torch::Tensor rows =
      Words(encoder, kTexts, kLength, MakeTempDir()).words.All().to(torch::kFloat32);
  for (size_t i = 0; i < kTexts.size(); ++i) {
    const torch::Tensor alone = WordsAlone(encoder, kTexts[i], kLength);
    const torch::Tensor row = rows[static_cast<int64_t>(i)];
    EXPECT_TRUE(torch::allclose(row.narrow(0, 0, alone.size(0)), alone, 2e-3, 2e-3)) << i;
    EXPECT_EQ(row.slice(0, alone.size(0)).abs().sum().item<float>(), 0) << i;
  }
}

TEST(EncodeWords, HaveTheSentencesVectorsAsTheirMean) {
  const SentenceEncoder encoder = TinySentences();
  std::vector<std::string> texts;
  for (int i = 0; i < 150; ++i) texts.push_back(std::string(1 + i % 9, 'a' + i % 26));
  const SentenceWords words = Words(encoder, texts, 16, MakeTempDir());
  const auto sentences =
      EncodeSentences(encoder, texts, {MakeTempDir(), "set"}, Counted().Function());
  ASSERT_TRUE(sentences.ok()) << sentences.status();
  const torch::Tensor means = torch::nn::functional::normalize(
      Bert::MeanOfWords(words.words.All().to(torch::kFloat32), words.lengths));
  EXPECT_TRUE(torch::allclose(means, *sentences, 1e-2, 3e-3));
}

TEST(EncodeWords, AreComputedOnceForTheSameTextsAndLength) {
  const SentenceEncoder encoder = TinySentences();
  const std::string dir = MakeTempDir();
  const auto encoded = [&](const std::vector<std::string>& texts, int length) {
    Counted counted;
    const auto words = EncodeWords(encoder, texts, length, {dir, "set"}, counted.Function());
    EXPECT_TRUE(words.ok()) << words.status();
    return counted.done;
  };
  EXPECT_EQ(encoded(kTexts, kLength), (std::vector<int64_t>{4}));
  EXPECT_TRUE(encoded(kTexts, kLength).empty());
  EXPECT_FALSE(encoded(kTexts, kLength + 1).empty());
  EXPECT_TRUE(encoded(kTexts, kLength).empty()) << "each length has files of its own";
  std::vector<std::string> others = kTexts;
  others[0] = "blue";
  EXPECT_FALSE(encoded(others, kLength).empty());
}

TEST(EncodeWords, StopWhereTheProgressSaysSo) {
  const auto words = EncodeWords(TinySentences(), kTexts, kLength, {MakeTempDir(), "set"},
                                 [](int64_t) { return absl::CancelledError("enough"); });
  EXPECT_TRUE(absl::IsCancelled(words.status()));
}

}  // namespace
}  // namespace imago
