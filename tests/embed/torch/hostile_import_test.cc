// Damaged checkpoints through all of an import: what becomes a bundle opens, all else leaves
// nothing.

#include <filesystem>

#include "embed/encoder.h"
#include "embed/import_clip.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/hostile_checkpoints.h"

namespace imago {
namespace {

TEST(HostileImport, LeavesABundleThatOpensOrNothing) {
  constexpr uint32_t kMutations = 300;
  int opened = 0;
  auto checkpoints = MakeHostileCheckpoints();
  std::erase_if(checkpoints, [](const auto& one) { return one.name.rfind("SigLIP", 0) != 0; });
  const std::string tokenizer = ReadTestFile(SourcePath("tests/golden/siglip.model"));
  for (uint32_t i = 0; i < kMutations; ++i) {
    const std::string folder = MakeTempDir();
    WriteCheckpoint(Mutate(checkpoints[i % checkpoints.size()], 10'000 + i), folder);
    WriteTestFile(folder + "/spiece.model", tokenizer);
    const std::string models = folder + "/models";
    const auto bundle = ImportClip({folder, models, "hostile", ""});
    if (bundle.ok()) {
      EXPECT_TRUE(OpenEncoder(bundle->dir).ok()) << i << ": " << OpenEncoder(bundle->dir).status();
      ++opened;
    } else if (std::filesystem::exists(models)) {
      EXPECT_TRUE(std::filesystem::is_empty(models)) << i;
    }
    std::filesystem::remove_all(folder);
  }
  EXPECT_GT(opened, 10);
  EXPECT_LT(opened, static_cast<int>(kMutations) / 2 + 50);
}

}  // namespace
}  // namespace imago
