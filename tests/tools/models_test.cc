// `imago models pull` and `export`, the program itself, against a local hub.

#include <filesystem>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"
#include "tests/support/shell.h"
#include "tests/web/fake_hub.h"

namespace imago {
namespace {

using testing::HasSubstr;
using testing::Not;

class ModelsCommand : public testing::Test {
 protected:
  ModelsCommand() {
    const std::string folder = WriteSiglip(ReadSiglipGolden("siglip-tiny"));
    for (const char* name : {"model.safetensors", "config.json", "spiece.model"}) {
      hub_.files[name] = ReadTestFile(folder + "/" + name);
    }
  }

  Outcome Run(const std::string& arguments) {
    const std::string command = fmt::format(
        "XDG_CACHE_HOME='{0}/cache' HF_TOKEN=secret-of-mine HF_ENDPOINT={1} '{2}' --data "
        "'{0}/data' "
        "models {3}",
        home_, hub_.endpoint(), IMAGO_PROGRAM, arguments);
    return RunShell(command, home_);
  }

  FakeHub hub_;
  const std::string home_ = MakeTempDir();
};

TEST_F(ModelsCommand, PullsImportsAndExportsTheSameFileAgain) {
  const Outcome pulled = Run("pull org/name --name mine");
  ASSERT_EQ(pulled.code, 0) << pulled.err;
  EXPECT_THAT(pulled.out, HasSubstr("imported mine@"));
  EXPECT_EQ(pulled.err, "") << "a pipe gets no progress";
  const Outcome exported = Run("export mine '" + home_ + "/out.safetensors'");
  ASSERT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(ReadTestFile(home_ + "/out.safetensors"), hub_.files["model.safetensors"]);
}

TEST_F(ModelsCommand, PullsFromTheCacheAlone) {
  EXPECT_EQ(Run("pull org/name --offline").code, 3);
  ASSERT_EQ(Run("pull org/name").code, 0);
  const size_t asked = hub_.seen().size();
  EXPECT_EQ(Run("pull org/name --offline --name again").code, 0);
  EXPECT_EQ(hub_.seen().size(), asked);
}

TEST_F(ModelsCommand, SaysWhatIsGatedWithoutTellingTheToken) {
  hub_.needed_token = "another";
  const Outcome run = Run("pull org/name");
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("gated"));
  EXPECT_THAT(run.err + run.out, Not(HasSubstr("secret-of-mine")));
}

TEST_F(ModelsCommand, ExplainsWrongNamesAndLayouts) {
  EXPECT_EQ(Run("pull name").code, 2);
  ASSERT_EQ(Run("pull org/name --name mine").code, 0);
  const Outcome run = Run("export mine '" + home_ + "/x' --layout openai");
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("the layout openai has no names for the towers \"siglip-vit\""));
}

}  // namespace
}  // namespace imago
