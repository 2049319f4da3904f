#include "embed/clip_text.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

using Words = std::vector<std::string_view>;

TEST(CleanClipText, CollapsesBlanksOfAllKindsAndLowers) {
  EXPECT_EQ(CleanClipText("  A\t\n  Red\u00a0CAR\u2028\u3000"), "a red car");
  EXPECT_EQ(CleanClipText(""), "");
}

TEST(CleanClipText, LowersByContext) {
  EXPECT_EQ(CleanClipText("\u0130"), "i\u0307");                         // dotted capital I
  EXPECT_EQ(CleanClipText("\u03a3\u03a3\u03a3"), "\u03c3\u03c3\u03c2");  // a sigma ends as another
}

TEST(CleanClipText, StraightensQuotesAndTakesFormsApart) {
  EXPECT_EQ(CleanClipText("\u201cit\u2019s\u201d"), "\"it's\"");
  EXPECT_EQ(CleanClipText("\ufb01ne \uff26\uff35\uff2c\uff2c \u0149"), "fine full 'n");
  EXPECT_EQ(CleanClipText("cafe\u0301"), "caf\u00e9");
}

TEST(CleanClipText, DropsControlsAndTerminalEscapes) {
  EXPECT_EQ(CleanClipText("a\x07 b\x7f\ufeff"), "a b");
  EXPECT_EQ(CleanClipText("\x1b[31;1mred\x1b[0m"), "red");
  EXPECT_EQ(CleanClipText("\x1b[31"), "[31");
  EXPECT_EQ(CleanClipText("\x1b"), "");
}

TEST(CleanClipText, ReplacesReferencesTwice) {
  EXPECT_EQ(CleanClipText("cat &amp; dog"), "cat & dog");
  EXPECT_EQ(CleanClipText("&amp;amp;eacute;"), "\u00e9");
  EXPECT_EQ(CleanClipText("<b>&amp;lt;"), "<b><");
}

TEST(CleanClipText, ReplacesBrokenUtf8) { EXPECT_EQ(CleanClipText("a\xff"), "a\ufffd"); }

TEST(SplitClipText, SplitsByClassesOfCharacters) {
  EXPECT_EQ(SplitClipText("abc 12 x2y", false), (Words{"abc", "1", "2", "x", "2", "y"}));
  EXPECT_EQ(SplitClipText("wow!!! ...ok", false), (Words{"wow", "!!!", "...", "ok"}));
  EXPECT_EQ(SplitClipText("\u732b\u72ac \u00bd\u2163", false),
            (Words{"\u732b\u72ac", "\u00bd", "\u2163"}));
}

TEST(SplitClipText, KeepsEnglishEndingsTogether) {
  EXPECT_EQ(SplitClipText("it's we'll don't", false),
            (Words{"it", "'s", "we", "'ll", "don", "'t"}));
  EXPECT_EQ(SplitClipText("''s 'x", false), (Words{"''", "s", "'", "x"}));
}

TEST(SplitClipText, KnowsSpecialTokensOnlyWhenAsked) {
  EXPECT_EQ(SplitClipText("a<|endoftext|>b", true), (Words{"a", "<|endoftext|>", "b"}));
  EXPECT_EQ(SplitClipText("<|endoftext|>", false), (Words{"<|", "endoftext", "|>"}));
}

}  // namespace
}  // namespace imago
