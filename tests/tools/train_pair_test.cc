// `imago train pair`, the program itself.

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kConfig[] = R"({
  "model": {"name": "tiny", "dim": 8,
    "preprocess": {"size": 16, "mode": "squash", "mean": [0.5,0.5,0.5], "std": [0.5,0.5,0.5]},
    "tokenizer": {"kind": "sentencepiece", "file": "tokenizer.model", "max_tokens": 24},
    "image_tower": {"kind": "vit", "size": 16, "patch": 8, "width": 16, "layers": 1, "heads": 2,
                    "activation": "gelu"},
    "text_tower": {"kind": "clip-text", "context": 24, "width": 16, "layers": 1, "heads": 2,
                   "activation": "gelu"}},
  "tokenizer": {"learn": 80},
  "data": [{"texts": "pictures", "augment": "none"}],
  "batch": 8})";

class TrainPairCommand : public testing::Test {
 protected:
  TrainPairCommand() {
    WriteTestFile(home_ + "/red.bmp", PlainBmp(kRed));
    WriteTestFile(home_ + "/blue.bmp", PlainBmp(kBlue));
    WriteTestFile(home_ + "/photos.tsv",
                  "file\tsource\tlabel\tsplit\tuse\nred.bmp\tmade\tred\ttrain\ttrain\n"
                  "blue.bmp\tmade\tblue\ttrain\ttrain\n");
    WriteTestFile(home_ + "/config.json", kConfig);
  }

  // The exit code; what it printed is in out_ and err_.
  int Run(const std::string& manifests, const std::string& flags = "",
          const std::string& launcher = "") {
    const std::string command = fmt::format(
        "{3} '{0}' --threads 1 --json train pair '{1}/config.json' {2} --out '{1}/bundle' --run "
        "'{1}/run' {4}",
        IMAGO_PROGRAM, home_, manifests, launcher, flags);
    const Outcome outcome = RunShell(command, home_);
    out_ = outcome.out;
    err_ = outcome.err;
    return outcome.code;
  }
  int Embed() const {
    return std::system(
        fmt::format("'{0}' --model '{1}/bundle' --json embed red >/dev/null", IMAGO_PROGRAM, home_)
            .c_str());
  }

  const std::string home_ = MakeTempDir();
  std::string out_;
  std::string err_;
};

TEST_F(TrainPairCommand, TrainsABundleThatOtherCommandsOpen) {
  if (!IMAGO_WITH_TORCH) GTEST_SKIP() << "needs a build with LibTorch";
  ASSERT_EQ(Run(home_ + "/photos.tsv", "--steps 3"), 0) << err_;
  const json report = json::parse(out_);
  EXPECT_THAT(report["model"].get<std::string>(), HasSubstr("tiny@"));
  EXPECT_EQ(report["steps"], 3);
  EXPECT_EQ(report["pictures"], 2);
  EXPECT_EQ(Embed(), 0);
}

TEST_F(TrainPairCommand, GivesTwoProcessesOneResult) {
  if (!IMAGO_WITH_TORCH) GTEST_SKIP() << "needs a build with LibTorch";
  if (std::system("mpirun --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs mpirun";
  ASSERT_EQ(Run(home_ + "/photos.tsv", "--steps 3",
                "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2"),
            0)
      << err_;
  EXPECT_EQ(json::parse(out_)["steps"], 3);
  EXPECT_EQ(Embed(), 0);
}

TEST_F(TrainPairCommand, NamesAKeyThatItDoesNotKnow) {
  json config = json::parse(kConfig);
  config["bach"] = 8;
  WriteTestFile(home_ + "/config.json", config.dump());
  EXPECT_NE(Run(home_ + "/photos.tsv"), 0);
  EXPECT_THAT(err_, HasSubstr("\"bach\""));
}

TEST_F(TrainPairCommand, WantsNoMoreManifestsThanEntries) {
  EXPECT_NE(Run(home_ + "/photos.tsv " + home_ + "/more.tsv"), 0);
  EXPECT_THAT(err_, HasSubstr("2 manifests"));
}

TEST_F(TrainPairCommand, WantsAManifestForEachEntry) {
  if (!IMAGO_WITH_TORCH) GTEST_SKIP() << "needs a build with LibTorch";
  EXPECT_NE(Run(""), 0);
  EXPECT_THAT(err_, HasSubstr("no manifest"));
}

}  // namespace
}  // namespace imago
