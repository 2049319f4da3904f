#include "tests/web/client.h"

namespace imago {
namespace {

using nlohmann::json;

using CollectionsTest = WebTest;

TEST_F(CollectionsTest, AreMadeShownAndDropped) {
  EXPECT_EQ(Send("PUT", "/v1/collections/holiday").status, 201);
  EXPECT_EQ(Send("PUT", "/v1/collections/holiday").status, 200);
  const json stats = Get("/v1/collections/holiday").Json();
  EXPECT_EQ(stats["name"], "holiday");
  EXPECT_EQ(stats["items"], 0);
  EXPECT_EQ(Send("DELETE", "/v1/collections/holiday").status, 204);
  Problem(Get("/v1/collections/holiday"), 404, "not_found");
  Problem(Send("DELETE", "/v1/collections/holiday"), 404, "not_found");
}

TEST_F(CollectionsTest, AreListedWithWhatTheyHold) {
  server_.PutColours();
  const json all = Get("/v1/collections").Json()["collections"];
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["name"], "main");
  EXPECT_EQ(all[0]["items"], 3);
  EXPECT_EQ(all[0]["rows"], 3);
}

TEST_F(CollectionsTest, HaveNamesThatAreSafeInAPath) {
  for (const char* name : {"A", "..", "%2e%2e", "a%2fb", "a.b", "%20"}) {
    EXPECT_EQ(Send("PUT", std::string("/v1/collections/") + name).status, 400) << name;
  }
}

TEST_F(CollectionsTest, ModelsNameTheOneThatServes) {
  const json models = Get("/v1/models").Json()["models"];
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0]["model"], "hash@00000000");
  EXPECT_EQ(models[0]["state"], "serving");
}

}  // namespace
}  // namespace imago
