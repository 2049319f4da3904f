// Which library multiplies matrices in the program: LibTorch's own, not Debian's OpenBLAS, which
// takes CPUs that are younger than it for the oldest of all.

#include <sstream>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/shell.h"

namespace imago {
namespace {

TEST(LinkOrder, LibTorchMultipliesItsOwnMatrices) {
  if (!IMAGO_WITH_TORCH) GTEST_SKIP() << "built without LibTorch";
  // The dynamic linker lists each symbol that it binds: who asks, and who answers.
  const Outcome run = RunShell(
      fmt::format("LD_DEBUG=bindings LD_BIND_NOW=1 '{}' --version", IMAGO_PROGRAM), MakeTempDir());
  std::istringstream lines(run.err);
  int asked = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t answer = line.find(" to ");
    if (line.find("`sgemm_'") == std::string::npos || answer == std::string::npos) continue;
    if (line.substr(0, answer).find("libtorch_cpu") == std::string::npos) continue;
    ++asked;
    EXPECT_THAT(line.substr(answer), testing::HasSubstr("libtorch_cpu"));
  }
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace imago
