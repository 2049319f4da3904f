#include "web/router.h"

#include <gtest/gtest.h>

namespace imago {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    const Handler handler = [](const HttpRequest&) { return HttpResponse(); };
    router_.Add("GET", "/", handler);
    router_.Add("GET", "/c/{c}/a/{id...}/thumb", handler);
    router_.Add("GET", "/c/{c}/a/{id...}", handler);
    router_.Add("PUT", "/c/{c}/a/{id...}", handler);
    router_.Add("POST", "/jobs/{job}:pause", handler);
    router_.Add("GET", "/jobs/{job}", handler);
  }

  RouteMatch Match(const std::string& method, const std::string& path) {
    auto match = router_.Match(method, path);
    EXPECT_TRUE(match.ok()) << match.status();
    return match.ok() ? *match : RouteMatch();
  }
  std::string Pattern(const std::string& path) {
    const RouteMatch match = Match("GET", path);
    return match.route == nullptr ? "" : match.route->pattern;
  }

  Router router_;
};

TEST_F(RouterTest, GivesTheRestOfAPathWithItsSlashes) {
  const RouteMatch match = Match("GET", "/c/main/a/x/y%20z/w.jpg");
  EXPECT_EQ(match.params.at("id"), "x/y z/w.jpg");
  EXPECT_EQ(match.params.at("c"), "main");
}

TEST_F(RouterTest, AnEncodedSlashNeverSeparates) {
  EXPECT_EQ(Pattern("/c/main/a/x/thumb"), "/c/{c}/a/{id...}/thumb");
  const RouteMatch match = Match("GET", "/c/main/a/x%2Fthumb");
  EXPECT_EQ(match.route->pattern, "/c/{c}/a/{id...}");
  EXPECT_EQ(match.params.at("id"), "x/thumb");
}

TEST_F(RouterTest, KeepsTheSlashOfAnAbsolutePath) {
  EXPECT_EQ(Match("GET", "/c/main/a/%2Fhome%2Fx.jpg").params.at("id"), "/home/x.jpg");
  EXPECT_EQ(Match("GET", "/c/main/a//home/x.jpg").params.at("id"), "/home/x.jpg");
}

TEST_F(RouterTest, FindsVerbs) {
  EXPECT_EQ(Match("POST", "/jobs/j1:pause").params.at("job"), "j1");
  EXPECT_EQ(Pattern("/jobs/j1"), "/jobs/{job}");
  EXPECT_EQ(Match("POST", "/jobs/:pause").handler, nullptr);
}

TEST_F(RouterTest, TheFirstPatternThatFitsDecidesWhateverTheMethod) {
  const RouteMatch match = Match("PUT", "/c/main/a/x/thumb");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.handler, nullptr);
  EXPECT_EQ(AllowedMethods(*match.route), "GET, HEAD");
}

TEST_F(RouterTest, AnswersHeadByGet) { EXPECT_NE(Match("HEAD", "/").handler, nullptr); }

TEST_F(RouterTest, FindsNothingElsewhere) {
  for (const char* path : {"", "x", "/x", "/c/main/a", "/c/main/a/", "/c//a/x", "/jobs/a/b"}) {
    EXPECT_EQ(Pattern(path), "") << path;
  }
}

TEST_F(RouterTest, RefusesBrokenEscapesAndNul) {
  for (const char* path : {"/c/main/a/%", "/c/main/a/%4", "/c/main/a/%zz", "/c/main/a/x%00"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(router_.Match("GET", path).status())) << path;
  }
}

TEST(PercentCoding, EveryByteComesBack) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  const auto decoded = PercentDecode(PercentEncode(all));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, all);
}

}  // namespace
}  // namespace imago
