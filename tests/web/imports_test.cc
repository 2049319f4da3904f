#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/web/client.h"
#include "web/import_paths.h"

namespace imago {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class ImportsTest : public testing::Test {
 protected:
  ImportsTest() : folder_(MakeTempDir()) {
    WriteTestFile(folder_ + "/a.bmp", PlainBmp(kRed));
    WriteTestFile(folder_ + "/b.bmp", PlainBmp(kBlue));
    WriteTestFile(folder_ + "/torn.bmp", PlainBmp(kGreen).substr(0, 99));
    Config config = TestServiceConfig();
    config.server.import_roots = {folder_};
    server_ = std::make_unique<RunningServer>(config);
  }

  Reply Send(const std::string& method, const std::string& path, const std::string& body = "") {
    return Ask(server_->port(), method, path, body);
  }
  Reply Start(const std::string& path) {
    return Send("POST", "/v1/imports", json{{"paths", {path}}}.dump());
  }
  // The report once the job has ended.
  json Await(const std::string& job) {
    for (int i = 0; i < 2000; ++i) {
      const json report = Send("GET", "/v1/imports/" + job).Json();
      const std::string state = report.value("state", "");
      if (state.starts_with("completed") || state == "failed" || state == "cancelled")
        return report;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "import " << job << " did not end";
    return json::object();
  }

  const std::string folder_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(ImportsTest, RunToTheEndAndListWhatFailed) {
  const Reply started = Start(folder_);
  ASSERT_EQ(started.status, 202) << started.body;
  const std::string job = started.Json()["job"];
  EXPECT_EQ(started.Header("Location"), "/v1/imports/" + job);
  const json report = Await(job);
  EXPECT_EQ(report["state"], "completed_with_errors");
  EXPECT_EQ(report["counts"]["indexed"], 2);
  EXPECT_EQ(report["counts"]["failed"], 1);
  const json errors = Send("GET", "/v1/imports/" + job + "/errors").Json();
  EXPECT_EQ(errors["total"], 1);
  EXPECT_EQ(errors["failed"][0]["path"], folder_ + "/torn.bmp");
  EXPECT_EQ(Send("GET", "/v1/imports").Json()["imports"][0]["job"], job);
}

TEST_F(ImportsTest, TryTheFailedOnesAgain) {
  const std::string job = Start(folder_).Json()["job"];
  Await(job);
  WriteTestFile(folder_ + "/torn.bmp", PlainBmp(kGreen));
  const Reply again = Send("POST", "/v1/imports/" + job + ":retry-failed");
  ASSERT_EQ(again.status, 202) << again.body;
  const json report = Await(again.Json()["job"]);
  EXPECT_EQ(report["state"], "completed");
  EXPECT_EQ(report["counts"]["indexed"], 1);
}

TEST_F(ImportsTest, CannotBeSteeredOnceEnded) {
  const std::string job = Start(folder_).Json()["job"];
  Await(job);
  for (const char* verb : {":pause", ":resume", ":cancel"}) {
    Problem(Send("POST", "/v1/imports/" + job + verb), 409, "conflict");
  }
}

TEST_F(ImportsTest, ReadOnlyTheirRoots) {
  for (const std::string& path : {std::string("/etc"), folder_ + "/..", folder_ + "/../" + "x",
                                  std::string("relative"), std::string("")}) {
    Problem(Start(path), 403, "forbidden");
  }
}

TEST_F(ImportsTest, NameWhatIsWrong) {
  const auto field = [&](const std::string& body) {
    return Problem(Send("POST", "/v1/imports", body), 400, "invalid_request").value("field", "");
  };
  EXPECT_EQ(field("{}"), "paths");
  EXPECT_EQ(field(R"({"paths":"x"})"), "paths");
  EXPECT_EQ(field(R"({"paths":["x"],"recursive":true})"), "recursive");
  EXPECT_EQ(field(json{{"paths", {folder_ + "/none"}}}.dump()), "paths");
}

TEST_F(ImportsTest, UnknownOnesAreNotFound) {
  Problem(Send("GET", "/v1/imports/none"), 404, "not_found");
  Problem(Send("GET", "/v1/imports/none/errors"), 404, "not_found");
  Problem(Send("POST", "/v1/imports/none:cancel"), 404, "not_found");
}

TEST(ImportPaths, LinksOutOfTheRootsAreFollowedAndRefused) {
  const std::string root = MakeTempDir();
  const std::string outside = MakeTempDir();
  fs::create_directory_symlink(outside, root + "/link");
  EXPECT_TRUE(absl::IsPermissionDenied(CheckImportPaths({root + "/link"}, {root})));
  EXPECT_TRUE(absl::IsPermissionDenied(CheckImportPaths({root + "/link/none"}, {root})));
}

TEST(ImportPaths, ARootMayItselfBeALinkOrEndInASlash) {
  const std::string real = MakeTempDir();
  const std::string link = MakeTempDir() + "/link";
  fs::create_directory_symlink(real, link);
  EXPECT_EQ(CheckImportPaths({link, real, real + "/"}, {link + "/"}), absl::OkStatus());
}

TEST(ImportPaths, ANeighbourWithTheSameStartIsNotInside) {
  const std::string root = MakeTempDir();
  EXPECT_TRUE(absl::IsPermissionDenied(CheckImportPaths({root + "x"}, {root})));
}

TEST(ImportPaths, NothingIsReadWithoutRoots) {
  EXPECT_TRUE(absl::IsPermissionDenied(CheckImportPaths({"/"}, {})));
}

}  // namespace
}  // namespace imago
