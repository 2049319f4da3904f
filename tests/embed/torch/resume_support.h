#ifndef IMAGO_TESTS_EMBED_TORCH_RESUME_SUPPORT_H_
#define IMAGO_TESTS_EMBED_TORCH_RESUME_SUPPORT_H_

#include "embed/torch/checkpoint.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {

// Whether a run that is saved half way and loaded into another has the losses of one that was not.
// `make` gives a fresh run, always the same, with Step().
template <typename Make>
void ExpectGoesOnBitForBit(const Make& make) {
  at::set_num_threads(1);
  auto whole = make();
  while (!whole.done()) whole.Step();
  const std::string path = MakeTempDir() + "/checkpoint.safetensors";
  auto first = make();
  for (int64_t i = 0; i < whole.steps() / 2; ++i) first.Step();
  ASSERT_TRUE(first.Save(path).ok());
  auto second = make();
  const auto loaded = second.Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded;
  ASSERT_EQ(second.history().size(), first.history().size());
  while (!second.done()) second.Step();
  for (size_t i = 0; i < whole.history().size(); ++i) {
    EXPECT_EQ(second.history()[i].loss, whole.history()[i].loss) << i;
  }
}

}  // namespace imago

#endif  // IMAGO_TESTS_EMBED_TORCH_RESUME_SUPPORT_H_
