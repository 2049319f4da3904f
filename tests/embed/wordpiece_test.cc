#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "embed/tokenizer.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pretrained.h"

namespace imago {
namespace {

using Ids = std::vector<int32_t>;

std::unique_ptr<Tokenizer> Small() {
  auto made = NewWordPieceTokenizer(ReadTestFile(SourcePath("tests/golden/wordpiece_vocab.txt")));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

nlohmann::json Goldens() {
  return nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/wordpiece.json")));
}

// BERT's vocabulary of a shipped bundle or of the cache.
std::string RealVocabulary() {
  const std::string models = SourcePath("models");
  if (std::filesystem::is_directory(models)) {
    for (const auto& bundle : std::filesystem::directory_iterator(models)) {
      const auto path = bundle.path() / "vocab.txt";
      if (std::filesystem::exists(path)) return path.string();
    }
  }
  return PretrainedFile("vocab.txt");
}

// BERT's file again where a bundle has left out its tokens that stand for nothing: 99 of them after
// the first and 895 after the fifth.
std::string WithUnusedTokens(const std::string& vocabulary) {
  if (vocabulary.find("[unused") != std::string::npos) return vocabulary;
  std::istringstream lines(vocabulary);
  std::string whole;
  std::string token;
  for (int i = 0, unused = 0; std::getline(lines, token); ++i) {
    whole += token + "\n";
    const int until = i == 0 ? 99 : i == 4 ? 994 : unused;
    for (; unused < until; ++unused) whole += "[unused" + std::to_string(unused) + "]\n";
  }
  return whole;
}

void ExpectGoldens(const Tokenizer& tokenizer, const char* key) {
  for (const auto& golden : Goldens()) {
    EXPECT_EQ(tokenizer.Encode(golden["text"].get<std::string>(), 512), golden[key].get<Ids>())
        << golden["text"];
  }
}

TEST(WordPiece, EqualsAnotherImplementationOnASmallVocabulary) {
  ExpectGoldens(*Small(), "small_ids");
}

TEST(WordPiece, EqualsAnotherImplementationOnBertsVocabulary) {
  const std::string path = RealVocabulary();
  if (path.empty()) GTEST_SKIP() << "needs a bundle with vocab.txt";
  const auto tokenizer = NewWordPieceTokenizer(WithUnusedTokens(ReadTestFile(path)));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  EXPECT_EQ((*tokenizer)->vocab_size(), 30522);
  ExpectGoldens(**tokenizer, "ids");
}

TEST(WordPiece, CutsToTheLimitAndEndsWithTheEndToken) {
  const auto tokenizer = Small();  // [CLS] is 2, [SEP] 3
  EXPECT_EQ(tokenizer->Encode("the dog on a beach", 4), (Ids{2, 6, 5, 3}));
  EXPECT_EQ(tokenizer->Encode("the dog", 4), (Ids{2, 6, 5, 3}));
  EXPECT_EQ(tokenizer->Encode("the dog", 2), (Ids{2, 3}));
  EXPECT_EQ(tokenizer->Encode("unaffable", 4), (Ids{2, 7, 8, 3}));
  EXPECT_EQ(tokenizer->pad_id(), 0);
}

TEST(WordPiece, TakesSpecialTokensInTheTextAsText) {
  EXPECT_EQ(Small()->Encode("[PAD][SEP]", 20), (Ids{2, 1, 1, 1, 1, 1, 1, 3}));
}

TEST(WordPiece, DropsBrokenUtf8) { EXPECT_EQ(Small()->Encode("do\xffg \xc3", 20), (Ids{2, 5, 3})); }

TEST(WordPiece, RefusesBrokenVocabularies) {
  const std::string specials = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
  EXPECT_TRUE(NewWordPieceTokenizer(specials).ok());
  EXPECT_TRUE(NewWordPieceTokenizer("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]").ok());
  for (const std::string& bad : {std::string(), std::string("[PAD]\n[UNK]\n[CLS]\n"),
                                 specials + "a\na\n", specials + "\nb\n"}) {
    EXPECT_EQ(NewWordPieceTokenizer(bad).status().code(), absl::StatusCode::kDataLoss) << bad;
  }
}

TEST(WordPiece, KeepsIdsInRangeForAnyBytes) {
  const auto tokenizer = Small();
  std::mt19937 random(3);
  for (int trial = 0; trial < 500; ++trial) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = static_cast<char>(random());
    const int limit = 2 + static_cast<int>(random() % 30);
    const Ids ids = tokenizer->Encode(text, limit);
    ASSERT_LE(static_cast<int>(ids.size()), limit);
    ASSERT_EQ(ids.front(), 2);
    ASSERT_EQ(ids.back(), 3);
    ASSERT_TRUE(std::all_of(ids.begin(), ids.end(),
                            [&](int32_t id) { return id >= 0 && id < tokenizer->vocab_size(); }));
  }
}

}  // namespace
}  // namespace imago
