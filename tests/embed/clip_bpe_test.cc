#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "embed/tokenizer.h"
#include "gtest/gtest.h"
#include "tests/support/clip_merges.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using Ids = std::vector<int32_t>;
constexpr int32_t kStart = 49406;
constexpr int32_t kEnd = 49407;

std::unique_ptr<Tokenizer> Made() {
  auto made = NewClipBpeTokenizer(MadeUpMerges());
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

Ids Wrapped(Ids ids) {
  ids.insert(ids.begin(), kStart);
  ids.push_back(kEnd);
  return ids;
}

void ExpectFixture(const std::string& name, const std::string& merges_file, int least) {
  const auto tokenizer =
      NewClipBpeTokenizerWithSpecials(ReadTestFile(SharedData("clip-bpe/" + merges_file)));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::istringstream lines(ReadTestFile(SharedData("clip-bpe/" + name)));
  int texts = 0;
  int wrong = 0;
  for (std::string line; std::getline(lines, line); ++texts) {
    const auto golden = nlohmann::json::parse(line);
    const auto text = golden["text"].get<std::string>();
    if ((*tokenizer)->Encode(text, 10000) == golden["ids"].get<Ids>()) continue;
    ADD_FAILURE() << text;
    if (++wrong > 10) break;
  }
  EXPECT_GE(texts, least);
}

TEST(ClipBpe, EqualsTheReferenceOnThousandsOfTexts) {
  IMAGO_NEED_SHARED_DATA("clip-bpe");
  ExpectFixture("token_ids_reference.jsonl", "bpe_simple_vocab_16e6.txt.gz", 4481);
}

TEST(ClipBpe, EqualsIdsThatOthersPublished) {
  IMAGO_NEED_SHARED_DATA("clip-bpe");
  ExpectFixture("token_ids_published.jsonl", "bpe_simple_vocab_16e6.txt.gz", 5);
}

TEST(ClipBpe, ReadsThePlainFileOfTheSameMerges) {
  IMAGO_NEED_SHARED_DATA("clip-bpe");
  ExpectFixture("token_ids_published.jsonl", "mobileclip-clip-merges.txt", 5);
}

TEST(ClipBpe, TakesSpecialTokensInTheTextAsText) {
  const auto plain = Made();
  const auto special = NewClipBpeTokenizerWithSpecials(MadeUpMerges());
  EXPECT_EQ((*special)->Encode("<|endoftext|>", 77), Wrapped({kEnd}));
  const Ids ids = plain->Encode("<|endoftext|> <|startoftext|>", 77);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), kEnd), 1);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), kStart), 1);
}

TEST(ClipBpe, SpellsBytesInThePublishedOrder) {
  const auto tokenizer = Made();
  EXPECT_EQ(tokenizer->Encode("! ~", 77), Wrapped({256, 256 + 93}));
  // U+00E9 is C3 A9: the 256 ids are "!" to "~", then A1 to AC and AE to FF, then the others.
  EXPECT_EQ(tokenizer->Encode("\u00e9", 77), Wrapped({94 + 12 + (0xC3 - 0xAE), 256 + 94 + 8}));
}

TEST(ClipBpe, MergesTheLowestRankFirstAndOfEqualOnesTheLeft) {
  // The first made-up merges: "b c", "a b", "a bc", "a a</w>".
  const auto tokenizer = Made();
  const auto byte = [](char c) { return c - '!'; };
  EXPECT_EQ(tokenizer->Encode("abcx", 77), Wrapped({514, 256 + byte('x')}));
  EXPECT_EQ(tokenizer->Encode("abx", 77), Wrapped({513, 256 + byte('x')}));
  EXPECT_EQ(tokenizer->Encode("aa", 77), Wrapped({515}));
  EXPECT_EQ(tokenizer->Encode("aaa", 77), Wrapped({byte('a'), 515}));
}

TEST(ClipBpe, CutsToTheLimitAndEndsWithTheEndToken) {
  const auto tokenizer = Made();
  EXPECT_EQ(tokenizer->Encode("x y z", 4), Wrapped({256 + 'x' - '!', 256 + 'y' - '!'}));
  EXPECT_EQ(tokenizer->Encode("x y z", 2), Wrapped({}));
  EXPECT_EQ(tokenizer->Encode("", 77), Wrapped({}));
  EXPECT_EQ(tokenizer->vocab_size(), 49408);
}

TEST(ClipBpe, ReadsWindowsLineEndsAndFilesWithoutAHeader) {
  const std::string merges = MadeUpMerges();
  const std::string body = merges.substr(merges.find('\n') + 1);
  std::string windows;
  for (const char c : merges) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const std::string& file : {body, windows, body + "unused rest\n"}) {
    const auto tokenizer = NewClipBpeTokenizer(file);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    EXPECT_EQ((*tokenizer)->Encode("abc", 77), Made()->Encode("abc", 77));
  }
}

TEST(ClipBpe, RefusesTornAndSenselessFiles) {
  const std::string merges = MadeUpMerges();
  const size_t header = merges.find('\n') + 1;
  for (const std::string& bad :
       {std::string(), merges.substr(0, merges.size() / 2), merges.substr(0, header),
        merges.substr(0, header) + "ab c\n" + merges.substr(header),
        merges.substr(0, header) + "a b\na b\n" + merges.substr(header),
        merges.substr(0, header) + "\n" + merges.substr(header), std::string("\x1f\x8b torn")}) {
    EXPECT_EQ(NewClipBpeTokenizer(bad).status().code(), absl::StatusCode::kDataLoss)
        << bad.substr(0, 60);
  }
}

TEST(ClipBpe, KeepsIdsInRangeForAnyBytes) {
  const auto tokenizer = Made();
  std::mt19937 random(3);
  for (int trial = 0; trial < 500; ++trial) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = static_cast<char>(random());
    const int limit = 2 + static_cast<int>(random() % 30);
    const Ids ids = tokenizer->Encode(text, limit);
    ASSERT_LE(static_cast<int>(ids.size()), limit);
    ASSERT_EQ(ids.front(), kStart);
    ASSERT_EQ(ids.back(), kEnd);
    ASSERT_TRUE(std::all_of(ids.begin() + 1, ids.end() - 1,
                            [](int32_t id) { return id >= 0 && id < kStart; }));
  }
}

TEST(ClipBpe, StaysQuickOnOneVeryLongWord) {
  EXPECT_EQ(Made()->Encode(std::string(1 << 20, 'a'), 77).size(), 77u);
}

}  // namespace
}  // namespace imago
