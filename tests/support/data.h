#ifndef IMAGO_TESTS_SUPPORT_DATA_H_
#define IMAGO_TESTS_SUPPORT_DATA_H_

// Where tests find files.

#include <string>

#include "gtest/gtest.h"

namespace imago {

// A file of the source tree: "tests/golden/x.json".
std::string SourcePath(const std::string& relative);
// A file or folder of the shared real data, $IMAGO_SHARED_DATA or ../shared/data beside the source
// tree; empty when absent.
std::string SharedData(const std::string& relative);
// A fresh folder that is removed at the end of the test program.
std::string MakeTempDir();
std::string ReadTestFile(const std::string& path);
void WriteTestFile(const std::string& path, const std::string& bytes);

}  // namespace imago

// Skips the test, by name, where the shared data is not at hand.
#define IMAGO_NEED_SHARED_DATA(relative) \
  if (imago::SharedData(relative).empty()) GTEST_SKIP() << "needs shared data: " << (relative)

#endif  // IMAGO_TESTS_SUPPORT_DATA_H_
