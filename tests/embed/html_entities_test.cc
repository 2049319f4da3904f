#include "embed/html_entities.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

TEST(UnescapeHtml, ReplacesNames) {
  EXPECT_EQ(UnescapeHtml("&lt;b&gt; &eacute;&Eacute; &hearts; &apos;&AMP;"),
            "<b> \u00e9\u00c9 \u2665 '&");
}

TEST(UnescapeHtml, ReplacesNumbers) {
  EXPECT_EQ(UnescapeHtml("&#233;&#xE9;&#Xe9;&#128512;"), "\u00e9\u00e9\u00e9\U0001F600");
  EXPECT_EQ(UnescapeHtml("&#233 &#xe9g"), "\u00e9 \u00e9g");
  EXPECT_EQ(UnescapeHtml("&#x80;&#150;"), "\u20ac\u2013");  // Windows-1252
}

TEST(UnescapeHtml, ReplacesImpossibleNumbers) {
  EXPECT_EQ(UnescapeHtml("&#0;&#xD800;&#x110000;&#99999999999999999999;"),
            "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(UnescapeHtml("[&#1;&#11;&#xFFFE;&#127;]"), "[]");
}

TEST(UnescapeHtml, TakesOldNamesWithoutSemicolonAndAsPrefix) {
  EXPECT_EQ(UnescapeHtml("&amp &ampx &copy2024 &notit; &notin;"),
            "& &x \u00a92024 \u00acit; \u2209");
  EXPECT_EQ(UnescapeHtml("&hearts &apos"), "&hearts &apos");
}

TEST(UnescapeHtml, LeavesEverythingElse) {
  for (const char* text :
       {"", "&", "&;", "&#", "&#;", "&#x;", "a & b", "&nosuchname;", "&&", "&#xg"}) {
    EXPECT_EQ(UnescapeHtml(text), text);
  }
}

TEST(UnescapeHtml, ReplacesOnlyOnce) { EXPECT_EQ(UnescapeHtml("&amp;lt;"), "&lt;"); }

}  // namespace
}  // namespace imago
