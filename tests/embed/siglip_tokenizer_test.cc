// The same ids as transformers' SiglipTokenizer with the same tiny sentencepiece model.

#include "embed/tokenizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"

namespace imago {
namespace {

std::unique_ptr<Tokenizer> Open() {
  return *NewSiglipTokenizer(ReadTestFile(SourcePath("tests/golden/siglip.model")));
}

TEST(SiglipTokenizer, GivesThePublishedIds) {
  const auto tokenizer = Open();
  const SiglipGolden golden = ReadSiglipGolden("siglip-tiny");
  for (size_t i = 0; i < golden.texts.size(); ++i) {
    auto ids = tokenizer->Encode(golden.texts[i], static_cast<int>(golden.context));
    ids.resize(static_cast<size_t>(golden.context), tokenizer->pad_id());
    EXPECT_EQ(ids, golden.ids[i]) << golden.texts[i];
  }
}

TEST(SiglipTokenizer, LooksAtNeitherCaseNorPunctuationNorBlanks) {
  const auto tokenizer = Open();
  EXPECT_EQ(tokenizer->Encode(" A dog,\n\ton the_beach! ", 16),
            tokenizer->Encode("a dog on thebeach", 16));
  EXPECT_EQ(tokenizer->Encode(" \t", 16), std::vector<int32_t>{1});
}

TEST(SiglipTokenizer, PadsWithTheEndAndCutsBeforeIt) {
  const auto tokenizer = Open();
  EXPECT_EQ(tokenizer->pad_id(), 1);
  const auto ids = tokenizer->Encode("the quick brown fox jumps over the lazy dog", 5);
  EXPECT_EQ(ids.size(), 5u);
  EXPECT_EQ(ids.back(), 1);
}

TEST(SiglipTokenizer, RefusesAModelWithoutAnEnd) { EXPECT_FALSE(NewSiglipTokenizer("").ok()); }

}  // namespace
}  // namespace imago
