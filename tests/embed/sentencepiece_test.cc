#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "embed/protobuf_reader.h"
#include "embed/sentencepiece_check.h"
#include "embed/tokenizer.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

using Ids = std::vector<int32_t>;

std::string ModelBytes(const std::string& name) {
  return ReadTestFile(SourcePath("tests/golden/sentencepiece_" + name + ".model"));
}

std::unique_ptr<Tokenizer> Open(const std::string& name) {
  auto made = NewSentencePieceTokenizer(ModelBytes(name));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

void ExpectGoldens(const std::string& name, const Ids& before) {
  const auto goldens =
      nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/sentencepiece.json")));
  const auto tokenizer = Open(name);
  for (const auto& golden : goldens[name]) {
    Ids expected = before;
    for (const int32_t id : golden["ids"].get<Ids>()) expected.push_back(id);
    expected.push_back(2);  // </s>
    EXPECT_EQ(tokenizer->Encode(golden["text"].get<std::string>(), 512), expected)
        << golden["text"];
  }
}

TEST(SentencePiece, EqualsTheLibrarysProgramOnAUnigramModel) { ExpectGoldens("unigram", {1}); }

TEST(SentencePiece, EqualsTheLibrarysProgramOnABpeModelWithoutAStart) { ExpectGoldens("bpe", {}); }

TEST(SentencePiece, CutsToTheLimitAndEndsWithTheEndToken) {
  const auto tokenizer = Open("unigram");
  const Ids whole = tokenizer->Encode("the quick brown fox", 512);
  const Ids cut = tokenizer->Encode("the quick brown fox", 4);
  EXPECT_EQ(cut, (Ids{1, whole[1], whole[2], 2}));
  EXPECT_EQ(tokenizer->Encode("the quick brown fox", 2), (Ids{1, 2}));
  EXPECT_EQ(tokenizer->pad_id(), 3);
  EXPECT_EQ(Open("bpe")->pad_id(), 2);  // it has none, so the end
}

TEST(SentencePiece, RefusesWhatIsNoModel) {
  const std::string model = ModelBytes("unigram");
  for (const std::string& bad : {std::string(), std::string("no model"), model.substr(0, 100),
                                 model.substr(0, model.size() - 3)}) {
    EXPECT_EQ(NewSentencePieceTokenizer(bad).status().code(), absl::StatusCode::kDataLoss);
  }
}

// A model whose normaliser's array is `units`.
std::string WithCharsMap(const std::vector<uint32_t>& units, const std::string& texts) {
  const auto bytes = [](uint32_t value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  std::string map = bytes(units.size() * 4);
  for (const uint32_t unit : units) map += bytes(unit);
  map += texts;
  const auto field = [](char tag, const std::string& value) {
    std::string out(1, tag);
    size_t size = value.size();
    for (; size >= 0x80; size >>= 7) out.push_back(static_cast<char>((size & 0x7F) | 0x80));
    out.push_back(static_cast<char>(size));
    return out + value;
  };
  return field(0x1A, field(0x12, map));
}

TEST(SentencePieceCheck, FollowsTheNormalisersPaths) {
  // The root's children begin at 256; "a" is a leaf whose text begins at byte 1.
  std::vector<uint32_t> units(768, 1u << 31);
  units[0] = 256u << 10;
  units[512] = 1u << 31 | 1;
  units[256 + 'a'] = ((256u + 'a') ^ 512u) << 10 | 1u << 8 | 'a';
  const std::string texts("\0x\0", 3);
  EXPECT_TRUE(CheckSentencePieceModel(WithCharsMap(units, texts)).ok());
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap(units, texts.substr(0, 1))).ok());
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap(units, "\1x")).ok());
  std::vector<uint32_t> torn(units.begin(), units.begin() + 600);
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap(torn, texts)).ok());
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap({}, texts)).ok());
  std::vector<uint32_t> far = units;
  far[0] = 5000u << 10;
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap(far, texts)).ok());
}

TEST(SentencePieceCheck, RefusesPathsThatGoRound) {
  std::vector<uint32_t> units(512, 1u << 31);
  units[0] = 256u << 10;
  units[256 + 'a'] = static_cast<uint32_t>('a') << 10 | 'a';  // "a" after "a" after "a"
  EXPECT_FALSE(CheckSentencePieceModel(WithCharsMap(units, std::string(1, '\0'))).ok());
}

TEST(SentencePiece, RefusesScoresThatAreNotNumbers) {
  std::string model = ModelBytes("unigram");
  // The first score is that of <unk>: tag 0x15, four bytes.
  const size_t at = model.find("<unk>") + 6;
  model.replace(at, 4, std::string("\x00\x00\xc0\x7f", 4));
  EXPECT_EQ(NewSentencePieceTokenizer(model).status().code(), absl::StatusCode::kDataLoss);
}

TEST(SentencePiece, KeepsIdsInRangeForAnyBytes) {
  std::mt19937 random(3);
  for (const char* name : {"unigram", "bpe"}) {
    const auto tokenizer = Open(name);
    for (int trial = 0; trial < 300; ++trial) {
      std::string text(random() % 60, ' ');
      for (char& c : text) c = static_cast<char>(random());
      const int limit = 2 + static_cast<int>(random() % 30);
      const Ids ids = tokenizer->Encode(text, limit);
      ASSERT_LE(static_cast<int>(ids.size()), limit);
      ASSERT_EQ(ids.back(), 2);
      ASSERT_TRUE(std::all_of(ids.begin(), ids.end(),
                              [&](int32_t id) { return id >= 0 && id < tokenizer->vocab_size(); }));
    }
  }
}

TEST(ProtobufReader, ReadsEveryKindOfField) {
  ProtobufReader reader(
      std::string_view("\x08\x96\x01\x12\x02hi\x1d\1\2\3\4\x21\1\2\3\4\5\6\7\x08", 21));
  EXPECT_EQ(reader.Next()->varint, 150u);
  EXPECT_EQ(reader.Next()->bytes, "hi");
  EXPECT_EQ(reader.Next()->bytes.size(), 4u);
  EXPECT_EQ(reader.Next()->bytes.size(), 8u);
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_FALSE(reader.broken());
}

TEST(ProtobufReader, SeesWhereAMessageBreaks) {
  for (const char* bad : {"\x08", "\x12\x05hi", "\x1d\1", "\x0b", "\x01",
                          "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}) {
    ProtobufReader reader{std::string_view(bad)};
    EXPECT_FALSE(reader.Next().has_value());
    EXPECT_TRUE(reader.broken());
  }
}

}  // namespace
}  // namespace imago
