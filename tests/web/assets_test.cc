#include "storage/sha256.h"
#include "tests/web/client.h"
#include "web/http.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr char kAssets[] = "/v1/collections/main/assets";

class AssetsTest : public WebTest {
 protected:
  std::string Path(const std::string& id) { return std::string(kAssets) + "/" + id; }
};

TEST_F(AssetsTest, PutStoresRawBytesAndSaysWhetherTheyAreNew) {
  const std::string bmp = PlainBmp(kRed, 20, 10);
  const Reply reply = Send("PUT", Path("a"), bmp, {{"Content-Type", "image/bmp"}});
  EXPECT_EQ(reply.status, 201) << reply.body;
  EXPECT_EQ(reply.Json()["asset_id"], "a");
  EXPECT_EQ(reply.Json()["width"], 20);
  EXPECT_EQ(reply.Json()["sha256"], Sha256(bmp));
  EXPECT_EQ(Send("PUT", Path("a"), bmp, {{"Content-Type", "image/bmp"}}).status, 200);
}

TEST_F(AssetsTest, PutTakesAForm) {
  httplib::Client client("127.0.0.1", server_.port());
  const httplib::UploadFormDataItems items = {{"file", PlainBmp(kBlue), "x.bmp", "image/bmp"},
                                              {"caption", "a blue square", "", ""},
                                              {"metadata", R"({"year":2024})", "", ""}};
  const httplib::Result result = client.Put(Path("form"), items);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 201) << result->body;
  const json item = Get(Path("form")).Json();
  EXPECT_EQ(item["caption"], "a blue square");
  EXPECT_EQ(item["metadata"]["year"], 2024);
}

TEST_F(AssetsTest, PutRefusesUnknownPartsOfAForm) {
  httplib::Client client("127.0.0.1", server_.port());
  const auto result = client.Put(
      Path("form"), httplib::UploadFormDataItems{{"picture", PlainBmp(kBlue), "x.bmp", ""}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 400);
}

TEST_F(AssetsTest, PutRefusesWhatIsNoPicture) {
  Problem(Send("PUT", Path("a"), "just words", {{"Content-Type", "image/png"}}), 415,
          "unsupported_medium");
  const json torn =
      Problem(Send("PUT", Path("a"), PlainBmp(kRed).substr(0, 100)), 422, "undecodable_medium");
  EXPECT_NE(torn["detail"].get<std::string>().find("\"a\""), std::string::npos) << torn;
  EXPECT_EQ(Problem(Send("PUT", Path("a")), 400, "invalid_request")["field"], "body");
  Problem(Get(Path("a")), 404, "not_found");
}

TEST_F(AssetsTest, HostileIdsComeBackAsTheyWere) {
  const std::string ids[] = {"<img src=x onerror=alert(1)>.jpg",
                             "../../etc/passwd",
                             "/abs/o lute.jpg",
                             "a?b#c&d",
                             "\xf0\x9f\x90\x95.jpg",
                             "x/thumbnail",
                             "100%",
                             "a\"b'c\\d"};
  for (const std::string& id : ids) {
    const std::string path = Path(PercentEncode(id));
    EXPECT_EQ(Send("PUT", path, PlainBmp(kRed)).status, 201) << id;
    EXPECT_EQ(Get(path).Json()["asset_id"], id);
    EXPECT_EQ(Get(path + "/thumbnail").status, 200) << id;
    EXPECT_EQ(Send("DELETE", path).status, 204) << id;
    EXPECT_EQ(Get(path).status, 404) << id;
  }
}

TEST_F(AssetsTest, RefusesIdsThatCannotBe) {
  Problem(Send("PUT", Path("%ff"), PlainBmp(kRed)), 400, "invalid_request");
  Problem(Send("PUT", Path("a%00b"), PlainBmp(kRed)), 400, "invalid_request");
  Problem(Send("PUT", Path("a%0ab"), PlainBmp(kRed)), 400, "invalid_request");
  Problem(Send("PUT", Path(std::string(3000, 'a')), PlainBmp(kRed)), 400, "invalid_request");
}

TEST_F(AssetsTest, PatchChangesCaptionAndMergesMetadata) {
  server_.Put("a", PlainBmp(kRed), R"({"year":2020,"place":"Oslo"})");
  const Reply reply =
      Send("PATCH", Path("a"), R"({"caption":"red","metadata":{"year":2021,"place":null}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["caption"], "red");
  EXPECT_EQ(reply.Json()["metadata"], json::parse(R"({"year":2021})"));
  EXPECT_EQ(Get(Path("a")).Json()["caption"], "red");
}

TEST_F(AssetsTest, PatchNamesWhatIsWrong) {
  server_.Put("a", PlainBmp(kRed));
  const auto field = [&](const std::string& body) {
    return Problem(Send("PATCH", Path("a"), body), 400, "invalid_request").value("field", "");
  };
  EXPECT_EQ(field(R"({"title":"x"})"), "title");
  EXPECT_EQ(field(R"({"caption":3})"), "caption");
  EXPECT_EQ(field(R"({"metadata":[]})"), "metadata");
  EXPECT_EQ(field("nonsense"), "patch");
  Problem(Send("PATCH", Path("b"), R"({"caption":"x"})"), 404, "not_found");
}

TEST_F(AssetsTest, DeleteRemovesAndThenFindsNothing) {
  server_.Put("a", PlainBmp(kRed));
  EXPECT_EQ(Send("DELETE", Path("a")).status, 204);
  Problem(Send("DELETE", Path("a")), 404, "not_found");
}

TEST_F(AssetsTest, OriginalComesBackByteForByteUnderItsOwnType) {
  const std::string bmp = PlainBmp(kGreen);
  server_.Put("a", bmp);
  const Reply reply = Get(Path("a/original"));
  EXPECT_EQ(reply.body, bmp);
  EXPECT_EQ(reply.Header("Content-Type"), "image/bmp");
  EXPECT_EQ(reply.Header("ETag"), "\"" + Sha256(bmp) + "\"");
  EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.Header("Content-Disposition"), "inline");
  EXPECT_EQ(Get(Path("a/original"), {{"If-None-Match", reply.Header("ETag")}}).status, 304);
}

TEST_F(AssetsTest, ThumbnailIsAJpegThatMayBeKept) {
  const std::string bmp = PlainBmp(kGreen);
  server_.Put("a", bmp);
  const Reply reply = Get(Path("a/thumbnail"));
  EXPECT_EQ(reply.Header("Content-Type"), "image/jpeg");
  EXPECT_EQ(reply.body.substr(0, 2), "\xff\xd8");
  EXPECT_EQ(reply.Header("Cache-Control"), "private, no-cache");
  const Reply versioned = Get(Path("a/thumbnail?v=" + Sha256(bmp).substr(0, 16)));
  EXPECT_NE(versioned.Header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(Get(Path("a/thumbnail?v=00000000")).Header("Cache-Control"), "private, no-cache");
}

TEST_F(AssetsTest, HeadHasTheHeadersAndNoBody) {
  server_.Put("a", PlainBmp(kGreen));
  const Reply reply = Send("HEAD", Path("a/original"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Length"), std::to_string(PlainBmp(kGreen).size()));
  EXPECT_TRUE(reply.body.empty());
}

TEST_F(AssetsTest, ListsNewestFirstPageByPage) {
  for (int i = 0; i < 7; ++i) server_.Put("i" + std::to_string(i), SeededBmp(i));
  std::string cursor, ids;
  int pages = 0;
  do {
    const Reply reply = Get(std::string(kAssets) + "?limit=3" + cursor);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const json page = reply.Json();
    EXPECT_EQ(page["total"], 7);
    for (const json& asset : page["assets"]) ids += asset["asset_id"].get<std::string>();
    const json& next = page["next_cursor"];
    cursor = next.is_null() ? "" : "&cursor=" + next.get<std::string>();
    ++pages;
  } while (!cursor.empty() && pages < 9);
  EXPECT_EQ(ids, "i6i5i4i3i2i1i0");
  EXPECT_EQ(pages, 3);
}

TEST_F(AssetsTest, ListNamesBadParameters) {
  server_.Put("a", PlainBmp(kRed));
  const auto field = [&](const std::string& query) {
    return Problem(Get(kAssets + query), 400, "invalid_request").value("field", "");
  };
  EXPECT_EQ(field("?limit=0"), "limit");
  EXPECT_EQ(field("?limit=2x"), "limit");
  EXPECT_EQ(field("?cursor=abc"), "cursor");
}

TEST_F(AssetsTest, BatchAnswersEachLine) {
  server_.Put("old", PlainBmp(kRed));
  const std::string bmp = httplib::detail::base64_encode(PlainBmp(kBlue));
  const Reply reply =
      Send("POST", std::string(kAssets) + ":batch",
           json{{"op", "put"}, {"id", "new"}, {"base64", bmp}, {"metadata", {{"k", 1}}}}.dump() +
               "\n" + "{\"op\":\"patch\",\"id\":\"new\",\"caption\":\"blue\"}\n" +
               "{\"op\":\"delete\",\"id\":\"old\"}\r\n\nnonsense\n" +
               "{\"op\":\"put\",\"id\":\"bad\",\"base64\":\"aGVsbG8=\"}\n" +
               "{\"op\":\"delete\",\"id\":\"gone\"}\n{\"op\":\"fly\",\"id\":\"x\"}");
  EXPECT_EQ(reply.status, 200) << reply.body;
  const json out = reply.Json();
  std::vector<int> statuses, lines;
  for (const json& result : out["results"]) {
    statuses.push_back(result["status"]);
    lines.push_back(result["line"]);
  }
  EXPECT_EQ(statuses, (std::vector<int>{201, 200, 204, 400, 415, 404, 400}));
  EXPECT_EQ(lines, (std::vector<int>{1, 2, 3, 5, 6, 7, 8}));
  EXPECT_EQ(out["succeeded"], 3);
  EXPECT_EQ(out["failed"], 4);
  EXPECT_EQ(out["results"][6]["error"]["field"], "op");
  EXPECT_EQ(Get(Path("new")).Json()["caption"], "blue");
}

TEST_F(AssetsTest, BatchNeedsLinesAndACollection) {
  Problem(Send("POST", std::string(kAssets) + ":batch", "{}"), 404, "not_found");
  server_.Put("a", PlainBmp(kRed));
  Problem(Send("POST", std::string(kAssets) + ":batch", ""), 400, "invalid_request");
}

}  // namespace
}  // namespace imago
