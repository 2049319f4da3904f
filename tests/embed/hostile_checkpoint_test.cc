// Checkpoints of every layout and container, damaged in seeded ways: an error or a valid model, and
// never more memory than the files are large.

#include <sys/resource.h>

#include <filesystem>

#include "embed/published_clip.h"
#include "embed/published_folder.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/hostile_checkpoints.h"

namespace imago {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int64_t kMaxGrowthKb = 2'000'000;  // freed memory stays in quarantine
#else
constexpr int64_t kMaxGrowthKb = 300'000;
#endif

int64_t PeakKb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Everything that an import does but for the tokenizer and the bundle's files.
absl::Status ReadAll(const std::string& folder) {
  const auto path = FindWeights(folder);
  if (!path.ok()) return path.status();
  const auto files = WeightFiles::Open(*path);
  if (!files.ok()) return files.status();
  const auto layout = DetectClipLayout(*files);
  if (!layout.ok()) return layout.status();
  const auto published = ReadPublishedConfig(folder, *layout);
  if (!published.ok()) return published.status();
  const auto tensors = RenameTensors(*files, *layout);
  if (!tensors.ok()) return tensors.status();
  BundleConfig config;
  const auto vocab_size = DeriveShapes(*tensors, published->heads, config);
  if (!vocab_size.ok()) return vocab_size.status();
  if (auto status = CheckTensors(*tensors, config, *vocab_size); !status.ok()) return status;
  for (const auto& [name, tensor] : *tensors) {
    const auto bytes = JoinBytes(*files, tensor);
    if (!bytes.ok()) return bytes.status();
    size_t expected = TensorTypeSize(tensor.type);
    for (const int64_t side : tensor.shape) expected *= static_cast<size_t>(side);
    if (bytes->size() != expected) ADD_FAILURE() << name << " has " << bytes->size() << " bytes";
  }
  return absl::OkStatus();
}

TEST(HostileCheckpoints, AreValidBeforeTheyAreDamaged) {
  for (const HostileCheckpoint& checkpoint : MakeHostileCheckpoints()) {
    const std::string folder = MakeTempDir();
    WriteCheckpoint(checkpoint, folder);
    EXPECT_TRUE(ReadAll(folder).ok()) << checkpoint.name << ": " << ReadAll(folder);
  }
}

TEST(HostileCheckpoints, GiveErrorsOrValidModelsIn2000Mutations) {
  constexpr int kMutations = 2000;
  const auto checkpoints = MakeHostileCheckpoints();
  const int64_t before = PeakKb();
  int refused = 0;
  for (int i = 0; i < kMutations; ++i) {
    const HostileCheckpoint& checkpoint = checkpoints[static_cast<size_t>(i) % checkpoints.size()];
    const std::string folder = MakeTempDir();
    WriteCheckpoint(Mutate(checkpoint, static_cast<uint32_t>(i)), folder);
    refused += !ReadAll(folder).ok();
    std::filesystem::remove_all(folder);
  }
  EXPECT_GT(refused, kMutations / 2) << "mutations that change nothing prove nothing";
  EXPECT_LT(refused, kMutations) << "some only change values";
  EXPECT_LT(PeakKb() - before, kMaxGrowthKb);
}

}  // namespace
}  // namespace imago
