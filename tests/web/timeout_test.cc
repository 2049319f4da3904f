#include <thread>

#include "tests/support/watched_encoder.h"
#include "tests/web/client.h"
#include "web/service.h"

namespace imago {
namespace {

// As hash, but takes its time.
class SlowEncoder : public WatchedEncoder {
 public:
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return HashEncode(batch);
  }
};

class TimeoutTest : public testing::Test {
 protected:
  void Open(int timeout_ms) {
    Config config = TestServiceConfig();
    config.server.timeout_ms = timeout_ms;
    service_.reset();
    engine_ = Engine::Open(config, std::make_unique<SlowEncoder>()).value();
    ASSERT_TRUE(engine_->Put("main", {"red", PlainBmp(kRed), "", "{}"}).ok());
    service_ = std::make_unique<Service>(*engine_);
  }
  Reply Post(const std::string& path, const std::string& body) {
    HttpRequest request;
    request.id = "1";
    request.method = "POST";
    request.path = "/v1/collections/main/" + path;
    request.body = body;
    request.gone = [this] { return gone_; };
    const HttpResponse response = service_->Handle(std::move(request));
    return {response.status,
            response.body,
            {{"Content-Type", response.content_type},
             {"X-Request-Id", response.headers.at("X-Request-Id")}}};
  }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Service> service_;
  bool gone_ = false;
};

TEST_F(TimeoutTest, ASearchMayAskForLessTimeThanTheServerGives) {
  Open(600'000);
  EXPECT_EQ(Post("search", R"({"query":[{"text":"a"}]})").status, 200);
  const Reply late = Post("search", R"({"query":[{"text":"b"}],"params":{"timeout_ms":1}})");
  Problem(late, 504, "deadline_exceeded");
}

TEST_F(TimeoutTest, TheServersLimitHoldsForEverySearch) {
  Open(1);
  Problem(Post("search", R"({"query":[{"text":"a"}],"params":{"timeout_ms":600000}})"), 504,
          "deadline_exceeded");
}

TEST_F(TimeoutTest, OfABatchOnlyTheLateOneFails) {
  Open(600'000);
  const Reply reply = Post("search:batch", R"({"searches":[
      {"query":[{"text":"a"}]},{"query":[{"text":"b"}],"params":{"timeout_ms":1}}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto answers = reply.Json().at("answers");
  EXPECT_EQ(answers.at(0).at("hits").size(), 1u);
  EXPECT_EQ(answers.at(1).at("error").at("status"), 504);
}

TEST_F(TimeoutTest, NothingIsSearchedForAClientThatHasLeft) {
  Open(600'000);
  gone_ = true;
  EXPECT_EQ(Post("search", R"({"query":[{"text":"a"}]})").status, 503);
}

}  // namespace
}  // namespace imago
