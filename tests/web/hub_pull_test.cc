// A pull from a hub that behaves, and from hubs that do not.

#include "web/hub_pull.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/web/fake_hub.h"

namespace imago {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HubPull : public testing::Test {
 protected:
  HubPull() {
    options_.repository = "org/name";
    options_.endpoint = hub_.endpoint();
    options_.cache_dir = cache_;
    options_.retries.backoff = std::chrono::milliseconds(1);
    options_.retries.attempts = 3;
  }

  absl::StatusOr<std::string> Pull() {
    return PullFromHub(options_, [this](const std::string&, int64_t done, int64_t total) {
      shown_ = {done, total};
      return done < stop_at_;
    });
  }
  absl::Status Error() { return Pull().status(); }
  std::string Message() { return std::string(Error().message()); }

  // All regular files of the cache that are not marks of the cache itself, below the commit.
  std::vector<std::string> CachedFiles() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache_)) {
      if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string PartPath() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cache_)) {
      if (entry.path().filename() == ".model.safetensors.part") return entry.path().string();
    }
    return "";
  }

  FakeHub hub_;
  const std::string cache_ = MakeTempDir();
  PullOptions options_;
  std::pair<int64_t, int64_t> shown_;
  int64_t stop_at_ = int64_t{1} << 40;
};

TEST_F(HubPull, BringsWhatAModelNeedsAndNothingElse) {
  hub_.files["merges.txt"] = "#version\n";
  hub_.files["README.md"] = "no";
  hub_.files["flax_model.msgpack"] = "no";
  hub_.files["tf_model.h5"] = "no";
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/model.safetensors"), hub_.files["model.safetensors"]);
  EXPECT_EQ(ReadTestFile(*folder + "/config.json"), hub_.files["config.json"]);
  EXPECT_EQ(ReadTestFile(*folder + "/merges.txt"), hub_.files["merges.txt"]);
  EXPECT_FALSE(std::filesystem::exists(*folder + "/README.md"));
  EXPECT_EQ(hub_.CountSeen("hub", "flax"), 0);
  EXPECT_EQ(std::filesystem::path(*folder).filename(), FakeHub::kCommit);
  EXPECT_EQ(shown_.first, shown_.second);
}

TEST_F(HubPull, AsksAgainForNothingThatIsThere) {
  ASSERT_TRUE(Pull().ok());
  ASSERT_TRUE(Pull().ok());
  EXPECT_EQ(hub_.CountSeen("hub", "/api/"), 2);
  EXPECT_EQ(hub_.CountSeen("hub", "resolve"), 2);
  EXPECT_EQ(hub_.CountSeen("store", "/"), 1);
}

TEST_F(HubPull, ServesFromTheCacheOffline) {
  options_.offline = true;
  EXPECT_EQ(Error().code(), absl::StatusCode::kNotFound);
  options_.offline = false;
  const auto online = Pull();
  const size_t asked = hub_.seen().size();
  options_.offline = true;
  const auto offline = Pull();
  ASSERT_TRUE(offline.ok()) << offline.status();
  EXPECT_EQ(*offline, *online);
  EXPECT_EQ(hub_.seen().size(), asked);
  options_.revision = FakeHub::kCommit;
  EXPECT_TRUE(Pull().ok());
  WriteTestFile(*online + "/model.safetensors", "changed");
  EXPECT_EQ(Error().code(), absl::StatusCode::kDataLoss);
}

TEST_F(HubPull, TakesBranchesAndRequestsByName) {
  options_.revision = "refs/pr/1";
  EXPECT_TRUE(Pull().ok());
  options_.revision = "nowhere";
  EXPECT_EQ(Error().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(), HasSubstr("org/name at nowhere"));
}

TEST_F(HubPull, GoesOnWhereTheConnectionBroke) {
  hub_.cuts = 3;
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/model.safetensors"), hub_.files["model.safetensors"]);
  std::vector<std::string> ranges;
  for (const auto& seen : hub_.seen()) {
    if (seen.server == "store") ranges.push_back(seen.range);
  }
  EXPECT_EQ(ranges,
            (std::vector<std::string>{"", "bytes=50000-", "bytes=100000-", "bytes=150000-"}));
}

TEST_F(HubPull, GoesOnWithWhatAnEarlierPullLeft) {
  stop_at_ = 20'000;
  EXPECT_EQ(Error().code(), absl::StatusCode::kCancelled);
  const std::string part = PartPath();
  ASSERT_NE(part, "");
  const auto left = std::filesystem::file_size(part);
  EXPECT_GE(left, 10'000u);
  stop_at_ = int64_t{1} << 40;
  ASSERT_TRUE(Pull().ok());
  EXPECT_EQ(hub_.seen().back().range, fmt::format("bytes={}-", left));
}

TEST_F(HubPull, StartsAgainWhereTheHubDoesNotGoOn) {
  hub_.cuts = 1;
  hub_.ignores_ranges = true;
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/model.safetensors"), hub_.files["model.safetensors"]);
}

TEST_F(HubPull, StartsAgainWhenTheRestThatWasLeftIsDamaged) {
  stop_at_ = 20'000;
  EXPECT_FALSE(Pull().ok());
  WriteTestFile(PartPath(), std::string(60'000, '?'));
  stop_at_ = int64_t{1} << 40;
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/model.safetensors"), hub_.files["model.safetensors"]);
}

TEST_F(HubPull, DropsARestThatIsTooLong) {
  stop_at_ = 20'000;
  EXPECT_FALSE(Pull().ok());
  WriteTestFile(PartPath(), std::string(300'000, 'w'));
  stop_at_ = int64_t{1} << 40;
  EXPECT_TRUE(Pull().ok());
}

TEST_F(HubPull, RefusesAWrongChecksum) {
  hub_.wrong_checksums["model.safetensors"] = std::string(64, 'a');
  EXPECT_EQ(Error().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(), HasSubstr("checksum"));
  EXPECT_THAT(CachedFiles(), Not(testing::Contains("model.safetensors")));
  EXPECT_EQ(PartPath(), "");
  std::filesystem::remove_all(cache_);
  hub_.wrong_checksums = {{"config.json", std::string(40, 'a')}};
  EXPECT_EQ(Error().code(), absl::StatusCode::kDataLoss);
}

TEST_F(HubPull, RefusesFilesWithoutAChecksum) {
  hub_.wrong_checksums["config.json"] = "abc";
  EXPECT_THAT(Message(), HasSubstr("names no checksum"));
}

TEST_F(HubPull, TriesAgainWhenTheHubIsBusyButNotForEver) {
  hub_.failures = 2;
  EXPECT_TRUE(Pull().ok());
  std::filesystem::remove_all(cache_);
  hub_.failures = 100;
  EXPECT_EQ(Error().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(hub_.failures, 97);
}

TEST_F(HubPull, SaysWhatIsPrivateOrGated) {
  hub_.needed_token = "secret-of-mine";
  EXPECT_EQ(Error().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(), AllOf(HasSubstr("org/name"), HasSubstr("gated"), HasSubstr("HF_TOKEN")));
  options_.token = "another-secret";
  EXPECT_THAT(Message(), AllOf(HasSubstr("gated"), Not(HasSubstr("another-secret"))));
  options_.token = "secret-of-mine";
  EXPECT_TRUE(Pull().ok());
}

TEST_F(HubPull, ShowsItsTokenToTheHubAlone) {
  options_.token = hub_.needed_token = "secret-of-mine";
  ASSERT_TRUE(Pull().ok());
  int to_store = 0;
  for (const auto& seen : hub_.seen()) {
    EXPECT_EQ(seen.authorization, seen.server == "hub" ? "Bearer secret-of-mine" : "") << seen.path;
    to_store += seen.server == "store";
  }
  EXPECT_EQ(to_store, 1);
}

TEST_F(HubPull, WritesNothingOutsideItsFolder) {
  hub_.more_names = {
      "../../../../evil.safetensors", "/etc/evil.safetensors", "a/../../evil.bin", "..",
      "weights/model.safetensors",    ".hidden.safetensors"};
  ASSERT_TRUE(Pull().ok());
  EXPECT_EQ(CachedFiles(), (std::vector<std::string>{"complete.json", "config.json", "main",
                                                     "model.safetensors"}));
  for (const char* name : {"../x", "org/..", "org/../x", "a/b/c", "", "org/", "/x", "org/.x"}) {
    options_.repository = name;
    EXPECT_EQ(Error().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  options_.repository = "org/name";
  for (const char* revision : {"../x", "a/../b", "", "/x", ".x", "a b", "a\nb"}) {
    options_.revision = revision;
    EXPECT_EQ(Error().code(), absl::StatusCode::kInvalidArgument) << revision;
  }
}

TEST_F(HubPull, EndsABodyThatDoesNot) {
  hub_.endless = true;
  EXPECT_EQ(Error().code(), absl::StatusCode::kResourceExhausted);
  hub_.tells_sizes = false;
  options_.max_bytes = 1'000'000;
  EXPECT_EQ(Error().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(), HasSubstr("1000000 is the limit"));
}

TEST_F(HubPull, RefusesFilesThatAreTooLargeBeforeTheyCome) {
  options_.max_bytes = 100'000;
  EXPECT_THAT(Message(), HasSubstr("at least 200000 bytes, 100000 is the limit"));
  EXPECT_EQ(hub_.CountSeen("store", "/"), 0);
}

TEST_F(HubPull, WorksWhereTheHubTellsNoSizes) {
  hub_.tells_sizes = false;
  hub_.cuts = 1;
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/model.safetensors"), hub_.files["model.safetensors"]);
}

TEST_F(HubPull, RefusesToBeSentInCirclesOrToNoAddress) {
  hub_.redirect = hub_.endpoint() + "/org/name/resolve/main/model.safetensors";
  EXPECT_THAT(Message(), HasSubstr("redirected more than 5 times"));
  for (const char* target :
       {"file:///etc/passwd", "//127.0.0.1/x", "", "http://user@127.0.0.1/x"}) {
    hub_.redirect = target;
    if (*target == '\0') continue;
    EXPECT_EQ(Error().code(), absl::StatusCode::kFailedPrecondition) << target;
  }
}

TEST_F(HubPull, BringsTheShardsThatAnIndexNames) {
  hub_.files.erase("model.safetensors");
  hub_.files["model.safetensors.index.json"] =
      R"({"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}})";
  hub_.files["m-1.safetensors"] = "one";
  hub_.files["m-2.safetensors"] = "two";
  hub_.files["m-3.safetensors"] = "not named";
  const auto folder = Pull();
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_EQ(ReadTestFile(*folder + "/m-2.safetensors"), "two");
  EXPECT_FALSE(std::filesystem::exists(*folder + "/m-3.safetensors"));
  options_.offline = true;
  EXPECT_TRUE(Pull().ok());
}

TEST_F(HubPull, RefusesAnIndexThatPointsElsewhere) {
  hub_.files.erase("model.safetensors");
  hub_.files["model.safetensors.index.json"] = R"({"weight_map": {"a": "../x.safetensors"}})";
  EXPECT_THAT(Message(), HasSubstr("no plain name"));
  std::filesystem::remove_all(cache_);
  hub_.files["model.safetensors.index.json"] = R"({"weight_map": {"a": "gone.safetensors"}})";
  EXPECT_THAT(Message(), HasSubstr("the hub has no gone.safetensors"));
}

TEST_F(HubPull, SaysThatThereAreNoWeights) {
  hub_.files.erase("model.safetensors");
  EXPECT_THAT(Message(), HasSubstr("none of the 1 files"));
}

TEST_F(HubPull, SaysThatThereIsNoHub) {
  options_.endpoint = "http://127.0.0.1:1";
  EXPECT_EQ(Error().code(), absl::StatusCode::kUnavailable);
  options_.endpoint = "ftp://127.0.0.1";
  EXPECT_EQ(Error().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace imago
