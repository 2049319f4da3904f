#include "query/filter.h"

#include "gtest/gtest.h"

namespace imago {
namespace {

Item ItemWith(const std::string& metadata) {
  Item item;
  item.id = "photos/a.jpg";
  item.width = 640;
  item.height = 480;
  item.bytes = 1000;
  item.modified_ms = 1709202615042;  // 2024-02-29T10:30:15.042Z
  item.caption = "Two dogs on a Beach";
  item.metadata_json = metadata;
  return item;
}

bool Matches(const std::string& filter, const std::string& metadata) {
  const auto parsed = Filter::Parse(filter);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() && parsed->Matches(ItemWith(metadata));
}

// {"must":[condition]}
bool Meets(const std::string& condition, const std::string& metadata) {
  return Matches(R"({"must":[)" + condition + "]}", metadata);
}

std::string ErrorOf(const std::string& filter) {
  const auto parsed = Filter::Parse(filter);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << filter;
  return std::string(parsed.status().message());
}

TEST(Filter, IsEmptyWithoutConditions) {
  for (const char* text : {"{}", R"({"must":[]})", R"({"should":[],"must_not":[]})"}) {
    const auto filter = Filter::Parse(text);
    ASSERT_TRUE(filter.ok());
    EXPECT_TRUE(filter->empty());
    EXPECT_TRUE(filter->Matches(ItemWith("{}")));
  }
}

TEST(Filter, MatchesScalarsByTypeAndValue) {
  EXPECT_TRUE(Meets(R"({"key":"a","match":"x"})", R"({"a":"x"})"));
  EXPECT_TRUE(Meets(R"({"key":"a","match":{"value":1}})", R"({"a":1.0})"));
  EXPECT_TRUE(Meets(R"({"key":"a","match":true})", R"({"a":true})"));
  EXPECT_FALSE(Meets(R"({"key":"a","match":1})", R"({"a":"1"})"));
  EXPECT_FALSE(Meets(R"({"key":"a","match":1})", R"({"a":true})"));
  EXPECT_FALSE(Meets(R"({"key":"a","match":"x"})", R"({"b":"x"})"));
  EXPECT_FALSE(Meets(R"({"key":"a","match":"x"})", R"({"a":null})"));
}

TEST(Filter, TellsLargeNumbersApart) {
  EXPECT_FALSE(Meets(R"({"key":"a","match":-1})", R"({"a":18446744073709551615})"));
  EXPECT_FALSE(Meets(R"({"key":"a","match":9007199254740993})", R"({"a":9007199254740992})"));
  EXPECT_TRUE(Meets(R"({"key":"a","range":{"gt":9007199254740992}})", R"({"a":9007199254740993})"));
}

TEST(Filter, MatchesListsWhenOneElementDoes) {
  EXPECT_TRUE(Meets(R"({"key":"tags","match":"b"})", R"({"tags":["a","b"]})"));
  EXPECT_TRUE(Meets(R"({"key":"tags","any":["z","b"]})", R"({"tags":["a","b"]})"));
  EXPECT_FALSE(Meets(R"({"key":"tags","any":["z"]})", R"({"tags":["a","b"]})"));
  EXPECT_FALSE(Meets(R"({"key":"tags","any":[]})", R"({"tags":["a"]})"));
  EXPECT_FALSE(Meets(R"({"key":"n","range":{"gt":2,"lt":4}})", R"({"n":[1,5]})"));
}

TEST(Filter, FollowsPathsThroughObjectsAndLists) {
  EXPECT_TRUE(Meets(R"({"key":"exif.camera","match":"x"})", R"({"exif":{"camera":"x"}})"));
  EXPECT_TRUE(Meets(R"({"key":"exif.camera","match":"x"})", R"({"exif.camera":"x"})"));
  EXPECT_TRUE(Meets(R"({"key":"p.name","match":"b"})", R"({"p":[{"name":"a"},{"name":"b"}]})"));
  EXPECT_FALSE(Meets(R"({"key":"exif.camera.x","match":"x"})", R"({"exif":{"camera":"x"}})"));
}

TEST(Filter, FindsKeysThatAreSpelledWithEscapes) {
  EXPECT_TRUE(Meets(R"({"key":"año","match":1})", R"({"a\u00f1o":1})"));
  EXPECT_TRUE(Meets(R"({"key":"a\"b","match":1})", R"({"a\"b":1})"));
}

TEST(Filter, ComparesNumbersAndTexts) {
  EXPECT_TRUE(Meets(R"({"key":"y","range":{"gte":2020}})", R"({"y":2020})"));
  EXPECT_FALSE(Meets(R"({"key":"y","range":{"gt":2020}})", R"({"y":2020})"));
  EXPECT_TRUE(Meets(R"({"key":"y","range":{"lt":0.5,"gte":-1e3}})", R"({"y":0.25})"));
  EXPECT_FALSE(Meets(R"({"key":"y","range":{"gte":2020}})", R"({"y":"2021"})"));
  EXPECT_TRUE(Meets(R"({"key":"y","range":{"gte":"b"}})", R"({"y":"bc"})"));
}

TEST(Filter, ComparesDatesAsMoments) {
  const char* range = R"({"key":"t","range":{"gte":"2024-05-01T08:00:00Z"}})";
  EXPECT_TRUE(Meets(range, R"({"t":"2024-05-01T10:00:00+02:00"})"));
  EXPECT_FALSE(Meets(range, R"({"t":"2024-05-01T09:59:59+02:00"})"));
  EXPECT_TRUE(Meets(range, R"({"t":"2024-05-02"})"));
}

TEST(Filter, LooksForTextInAnyCase) {
  EXPECT_TRUE(Meets(R"({"key":"caption","match":{"text":"beach"}})", "{}"));
  EXPECT_TRUE(Meets(R"({"key":"caption","match":{"text":"DOGS ON"}})", "{}"));
  EXPECT_FALSE(Meets(R"({"key":"caption","match":{"text":"cat"}})", "{}"));
}

TEST(Filter, SeesTheItemsOwnFields) {
  EXPECT_TRUE(Meets(R"({"key":"id","match":"photos/a.jpg"})", "{}"));
  EXPECT_TRUE(Meets(R"({"key":"kind","match":"image"})", "{}"));
  EXPECT_TRUE(Meets(R"({"key":"origin","match":"library"})", "{}"));
  EXPECT_TRUE(Meets(R"({"key":"width","range":{"gt":639}})", "{}"));
  EXPECT_TRUE(Meets(R"({"key":"modified_at","range":{"lt":"2024-03-01"}})", "{}"));
  EXPECT_FALSE(Meets(R"({"key":"modified_at","range":{"lt":"2024-02-29T10:30:15Z"}})", "{}"));
}

TEST(Filter, PrefersMetadataToOwnFields) {
  EXPECT_TRUE(Meets(R"({"key":"width","match":"wide"})", R"({"width":"wide"})"));
  EXPECT_FALSE(Meets(R"({"key":"width","match":640})", R"({"width":"wide"})"));
}

TEST(Filter, CombinesMustShouldAndMustNot) {
  const std::string filter = R"({"must":[{"key":"a","match":1}],
      "should":[{"key":"b","match":1},{"key":"c","match":1}],
      "must_not":[{"key":"d","match":1}]})";
  EXPECT_TRUE(Matches(filter, R"({"a":1,"c":1})"));
  EXPECT_FALSE(Matches(filter, R"({"a":1})"));
  EXPECT_FALSE(Matches(filter, R"({"b":1})"));
  EXPECT_FALSE(Matches(filter, R"({"a":1,"b":1,"d":1})"));
}

TEST(Filter, NestsFilters) {
  const std::string filter =
      R"({"must_not":[{"must":[{"key":"a","match":1},{"key":"b","match":1}]}]})";
  EXPECT_TRUE(Matches(filter, R"({"a":1})"));
  EXPECT_FALSE(Matches(filter, R"({"a":1,"b":1})"));
}

TEST(Filter, NamesThePlaceOfAMistake) {
  EXPECT_EQ(ErrorOf("[]"), "filter: must be an object, is a list");
  EXPECT_EQ(ErrorOf(R"({"most":[]})"), "filter.most: is not a known key");
  EXPECT_EQ(ErrorOf(R"({"must":{}})"), "filter.must: must be a list, is an object");
  EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","range":{"gte":true}}]})"),
            "filter.must[0].range.gte: must be a number or a date, is true");
  EXPECT_EQ(ErrorOf(R"({"must":[{"should":[{"key":"a","mach":1}]}]})"),
            "filter.must[0].should[0].mach: is not a known key");
  EXPECT_EQ(ErrorOf(R"({"must":[{"key":"a","any":["x",null]}]})"),
            "filter.must[0].any[1]: must be a string, a number or a boolean, is null");
}

TEST(Filter, RefusesConditionsThatSayNothing) {
  for (const char* condition :
       {R"({"key":"a"})", R"({"key":"","match":1})", R"({"key":"a","range":{}})",
        R"({"key":"a","match":{}})", R"({"key":"a","match":{"text":""}})",
        R"({"key":"a","match":1,"any":[1]})", R"({"key":1,"match":1})", "1"}) {
    ErrorOf(std::string(R"({"must":[)") + condition + "]}");
  }
  ErrorOf(R"({"must":[})");
}

TEST(Filter, LimitsDepthAndNumber) {
  std::string deep = R"({"key":"a","match":1})";
  for (int i = 0; i < 8; ++i) deep = R"({"must":[)" + deep + "]}";
  EXPECT_TRUE(Filter::Parse(deep).ok());
  ErrorOf(R"({"must":[)" + deep + "]}");
  std::string many;
  for (int i = 0; i < 257; ++i) many += R"({"key":"a","match":1},)";
  many.pop_back();
  ErrorOf(R"({"must":[)" + many + "]}");
}

TEST(Filter, HasOneTextForEqualFilters) {
  const auto a = Filter::Parse(R"({ "must": [ {"match": 1, "key": "a"} ] })");
  const auto b = Filter::Parse(R"({"must":[{"key":"a","match":1}]})");
  EXPECT_EQ(a->text(), b->text());
  EXPECT_EQ(Filter().text(), "{}");
}

TEST(Filter, SurvivesMetadataThatIsNoObject) {
  for (const char* metadata : {"", "[1]", "{\"a\":", "null"}) {
    EXPECT_FALSE(Meets(R"({"key":"a","match":1})", metadata));
  }
}

}  // namespace
}  // namespace imago
