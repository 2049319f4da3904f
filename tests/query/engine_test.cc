#include "query/engine.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

// As hash, under another name.
class OtherModel : public Encoder {
 public:
  int dim() const override { return inner_->dim(); }
  const std::string& model() const override { return model_; }
  const PreprocessOptions& preprocess() const override { return inner_->preprocess(); }
  double logit_scale() const override { return inner_->logit_scale(); }
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    auto out = inner_->Encode(batch);
    out->model = model_;
    return out;
  }

 private:
  std::unique_ptr<Encoder> inner_ = NewHashEncoder();
  std::string model_ = "other@11111111";
};

class EngineTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen(std::unique_ptr<Encoder> encoder = NewHashEncoder()) {
    engine_.reset();
    Config config;
    config.data_dir = data_;
    engine_ = Engine::Open(config, std::move(encoder)).value();
  }
  absl::StatusOr<Item> Put(const std::string& id, const Colour& colour,
                           const std::string& metadata = "{}") {
    return engine_->Put("main", {id, PlainBmp(colour), "", metadata});
  }
  absl::StatusOr<Item> PutBytes(const std::string& id, const std::string& bytes) {
    return engine_->Put("main", {id, bytes, "", "{}"});
  }
  std::string PutFile(const std::string& name, const std::string& bytes) {
    WriteTestFile(fmt::format("{}/{}", folder_, name), bytes);
    return fmt::format("{}/{}", folder_, name);
  }
  std::string Best(const std::string& text) {
    Query query;
    query.terms.push_back({.text = text});
    const auto answer = engine_->Search("main", query);
    return answer.ok() && !answer->hits.empty() ? answer->hits[0].item.id : "";
  }
  ImportReport Await(const std::string& job) {
    while (true) {
      const auto report = engine_->GetImport(job);
      EXPECT_TRUE(report.ok()) << report.status();
      if (!report.ok() || HasEnded(report->state)) return report.value_or(ImportReport());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  ImportReport Import() {
    const auto job = engine_->StartImport("main", {.paths = {folder_}});
    EXPECT_TRUE(job.ok()) << job.status();
    return Await(*job);
  }

  const std::string data_ = MakeTempDir();
  const std::string folder_ = MakeTempDir();
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, FindsWhatWasPut) {
  ASSERT_TRUE(Put("r", kRed).ok());
  ASSERT_TRUE(Put("b", kBlue).ok());
  EXPECT_EQ(Best("red"), "r");
  EXPECT_EQ(Best("blue"), "b");
}

TEST_F(EngineTest, KeepsEverythingOverARestart) {
  const auto put = engine_->Put("main", {"r", PlainBmp(kRed, 20, 10), "a red one", R"({"a":1})"});
  ASSERT_TRUE(put.ok()) << put.status();
  Reopen();
  EXPECT_EQ(engine_->GetItem("main", "r").value(), *put);
  EXPECT_EQ(put->width, 20);
  EXPECT_EQ(put->uri, "blob:");
  EXPECT_EQ(engine_->Original("main", "r").value(), PlainBmp(kRed, 20, 10));
  EXPECT_EQ(engine_->Thumbnail("main", "r")->substr(0, 2), "\xff\xd8");
  EXPECT_EQ(Best("red"), "r");
}

TEST_F(EngineTest, WithOrWithoutAGpuTheKindGpuAnswersExactly) {
  engine_.reset();
  Config config;
  config.data_dir = data_;
  config.index.kind = IndexKind::kGpu;
  engine_ = Engine::Open(config, NewHashEncoder()).value();
  ASSERT_TRUE(Put("r", kRed).ok());
  ASSERT_TRUE(Put("b", kBlue).ok());
  EXPECT_EQ(Best("red"), "r");
  Query query;
  query.terms.push_back({.text = "blue"});
  EXPECT_EQ(engine_->Search("main", query)->mode, "exact");
}

TEST_F(EngineTest, ReplacesAnItem) {
  ASSERT_TRUE(Put("x", kRed).ok());
  ASSERT_TRUE(Put("x", kBlue).ok());
  EXPECT_EQ(engine_->Stats("main")->items, 1u);
  EXPECT_EQ(engine_->Original("main", "x").value(), PlainBmp(kBlue));
}

TEST_F(EngineTest, RefusesBadUploads) {
  EXPECT_EQ(Put("", kRed).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Put("r", kRed, "[]").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(engine_->Put("Main!", {"r", PlainBmp(kRed), "", "{}"}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(PutBytes("r", "no picture").status().code(), StatusCode::kUnimplemented);
  const auto cut = PutBytes("cut", PlainBmp(kRed).substr(0, 200));
  EXPECT_EQ(cut.status().code(), StatusCode::kDataLoss);
  EXPECT_NE(cut.status().message().find("cut"), std::string::npos);
}

TEST_F(EngineTest, PatchesCaptionAndMetadata) {
  ASSERT_TRUE(Put("r", kRed, R"({"a":1,"b":2})").ok());
  const auto patched = engine_->Patch("main", "r", R"({"caption":"c","metadata":{"a":null}})");
  ASSERT_TRUE(patched.ok()) << patched.status();
  EXPECT_EQ(engine_->GetItem("main", "r")->metadata_json, R"({"b":2})");
  EXPECT_EQ(engine_->GetItem("main", "r")->caption, "c");
  const auto filter = Filter::Parse(R"({"must":[{"key":"a","match":1}]})");
  EXPECT_EQ(engine_->Count("main", *filter).value(), 0u);
  EXPECT_EQ(engine_->Patch("main", "none", "{}").status().code(), StatusCode::kNotFound);
}

TEST_F(EngineTest, RemovesItems) {
  ASSERT_TRUE(Put("r", kRed).ok());
  ASSERT_TRUE(Put("b", kBlue).ok());
  ASSERT_TRUE(engine_->Remove("main", {"r", "unknown"}).ok());
  EXPECT_EQ(engine_->Count("main", {}).value(), 1u);
  EXPECT_EQ(engine_->GetItem("main", "r").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(engine_->Thumbnail("main", "r").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(engine_->Remove("main", {"r"}).code(), StatusCode::kNotFound);
}

TEST_F(EngineTest, MakesListsAndDropsCollections) {
  EXPECT_EQ(engine_->GetCollection("one").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(engine_->GetCollection("one", true).ok());
  ASSERT_TRUE(Put("r", kRed).ok());
  EXPECT_EQ(engine_->ListCollections(), (std::vector<std::string>{"main", "one"}));
  EXPECT_TRUE(engine_->DropCollection("main").ok());
  EXPECT_EQ(engine_->DropCollection("main").code(), StatusCode::kNotFound);
  EXPECT_EQ(engine_->ListCollections(), (std::vector<std::string>{"one"}));
  ASSERT_TRUE(Put("b", kBlue).ok());
  EXPECT_EQ(engine_->Stats("main")->items, 1u);
}

TEST_F(EngineTest, CountsWhatACollectionHolds) {
  ASSERT_TRUE(Put("r", kRed).ok());
  const auto stats = engine_->Stats("main");
  ASSERT_TRUE(stats.ok()) << stats.status();
  EXPECT_EQ(stats->items, 1u);
  EXPECT_EQ(stats->rows, 1u);
  EXPECT_GT(stats->bytes, 0u);
  EXPECT_EQ(stats->model, "hash@00000000");
}

TEST_F(EngineTest, NamesBothModelsWhenTheyDiffer) {
  ASSERT_TRUE(Put("r", kRed).ok());
  Reopen(std::make_unique<OtherModel>());
  const auto found = engine_->GetCollection("main");
  EXPECT_EQ(found.status().code(), StatusCode::kFailedPrecondition);
  const std::string message(found.status().message());
  EXPECT_NE(message.find("hash@00000000"), std::string::npos) << message;
  EXPECT_NE(message.find("other@11111111"), std::string::npos) << message;
}

TEST_F(EngineTest, ClassifiesPicturesSentAndStored) {
  ASSERT_TRUE(Put("r", kRed).ok());
  ASSERT_TRUE(engine_->Put("other", {"b", PlainBmp(kBlue), "", "{}"}).ok());
  ClassifyRequest request;
  request.prompts = {{"green", "blue", "red"}, {"a {} one"}};
  request.pictures = {{.item_id = "r"},
                      {.image = PlainImage(kGreen)},
                      {.collection = "other", .item_id = "b"},
                      {.image = PlainImage(kRed)}};
  request.top = 1;
  const auto answer = engine_->Classify(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->results.size(), 4u);
  const std::vector<std::string> best = {"red", "green", "blue", "red"};
  for (size_t i = 0; i < best.size(); ++i) EXPECT_EQ(answer->results[i].at(0).label, best[i]) << i;
  // A stored vector is the same in half precision.
  EXPECT_NEAR(answer->results[0][0].score, answer->results[3][0].score, 1e-3);
}

TEST_F(EngineTest, NamesThePictureThatIsNotThereToClassify) {
  ASSERT_TRUE(Put("r", kRed).ok());
  ClassifyRequest request;
  request.prompts = {{"red"}, {"{}"}};
  request.pictures = {{.item_id = "r"}, {.item_id = "none"}};
  EXPECT_EQ(engine_->Classify(request).status(),
            absl::NotFoundError("inputs[1]: there is no item \"none\""));
  request.pictures[1].collection = "nowhere";
  const auto nowhere = engine_->Classify(request).status();
  EXPECT_EQ(nowhere.code(), StatusCode::kNotFound);
  EXPECT_NE(nowhere.message().find("nowhere"), std::string::npos);
  request.prompts.labels.clear();
  EXPECT_EQ(engine_->Classify(request).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(EngineTest, ImportsInTheBackground) {
  PutFile("r.bmp", PlainBmp(kRed));
  PutFile("bad.jpg", "bad");
  const ImportReport report = Import();
  EXPECT_EQ(report.state, ImportState::kCompletedWithErrors);
  EXPECT_EQ(report.counts.indexed, 1u);
  EXPECT_EQ(Best("red"), fmt::format("{}/r.bmp", folder_));
}

TEST_F(EngineTest, RemembersImportsOverARestart) {
  PutFile("r.bmp", PlainBmp(kRed));
  const ImportReport report = Import();
  Reopen();
  EXPECT_EQ(ImportReportToJson(engine_->GetImport(report.job).value()), ImportReportToJson(report));
  ASSERT_EQ(engine_->ListImports().size(), 1u);
  EXPECT_EQ(engine_->PauseImport(report.job).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_->GetImport("imp-none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(engine_->CancelImport("imp-none").code(), StatusCode::kNotFound);
}

TEST_F(EngineTest, ReportsAnImportThatWasCutShortAsFailed) {
  ImportReport report;
  report.job = "imp-cut";
  report.state = ImportState::kRunning;
  const auto collection = engine_->GetCollection("main", true);
  ASSERT_TRUE((*collection)->PutBlobs({{kJobBlob, report.job, ImportReportToJson(report)}}).ok());
  const auto found = engine_->GetImport("imp-cut");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->state, ImportState::kFailed);
  EXPECT_FALSE(found->error.empty());
}

TEST_F(EngineTest, RetriesTheFilesThatFailed) {
  PutFile("good.bmp", PlainBmp(kRed));
  const std::string bad = PutFile("bad.bmp", "bad");
  const ImportReport first = Import();
  WriteTestFile(bad, PlainBmp(kBlue));
  const auto retry = engine_->RetryFailed(first.job);
  ASSERT_TRUE(retry.ok()) << retry.status();
  const ImportReport second = Await(*retry);
  EXPECT_EQ(second.state, ImportState::kCompleted);
  EXPECT_EQ(second.counts.discovered, 1u);
  EXPECT_EQ(engine_->RetryFailed(second.job).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(EngineTest, SteersQueuedAndRunningImports) {
  for (uint32_t i = 0; i < 80; ++i) PutFile(fmt::format("{}.bmp", i), SeededBmp(i));
  const std::string running = *engine_->StartImport("main", {.paths = {folder_}, .batch = 1});
  const std::string queued = *engine_->StartImport("main", {.paths = {folder_}});
  EXPECT_TRUE(engine_->PauseImport(running).ok());
  EXPECT_EQ(engine_->DropCollection("main").code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(engine_->CancelImport(queued).ok());
  EXPECT_EQ(engine_->GetImport(queued)->state, ImportState::kCancelled);
  EXPECT_EQ(engine_->RetryFailed(running).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(engine_->ResumeImport(running).ok());
  EXPECT_EQ(Await(running).state, ImportState::kCompleted);
  EXPECT_EQ(engine_->Stats("main")->items, 80u);
  EXPECT_EQ(engine_->CancelImport(running).code(), StatusCode::kFailedPrecondition);
}

TEST_F(EngineTest, EndsImportsWhenItIsClosed) {
  for (uint32_t i = 0; i < 60; ++i) PutFile(fmt::format("{}.bmp", i), SeededBmp(i));
  const std::string job = *engine_->StartImport("main", {.paths = {folder_}, .batch = 1});
  Reopen();
  EXPECT_TRUE(HasEnded(engine_->GetImport(job)->state));
  EXPECT_EQ(Import().counts.failed, 0u);
  EXPECT_EQ(engine_->Stats("main")->items, 60u);
}

TEST_F(EngineTest, GivesOriginalsOnlyWhileTheyAreWhatWasIndexed) {
  const std::string path = PutFile("r.bmp", PlainBmp(kRed));
  Import();
  EXPECT_EQ(engine_->Original("main", path).value(), PlainBmp(kRed));
  WriteTestFile(path, PlainBmp(kBlue));
  EXPECT_EQ(engine_->Original("main", path).status().code(), StatusCode::kNotFound);
  fs::remove(path);
  EXPECT_EQ(engine_->Original("main", path).status().code(), StatusCode::kNotFound);
}

TEST_F(EngineTest, ServesManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(Put(fmt::format("{}-{}", t, i % 3), i % 2 ? kRed : kBlue).ok());
        EXPECT_NE(Best("red"), "");
        EXPECT_TRUE(engine_->Patch("main", fmt::format("{}-0", t), R"({"caption":"c"})").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine_->Stats("main")->items, 12u);
}

}  // namespace
}  // namespace imago
