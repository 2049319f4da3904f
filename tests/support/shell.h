#ifndef IMAGO_TESTS_SUPPORT_SHELL_H_
#define IMAGO_TESTS_SUPPORT_SHELL_H_

// Programs as a shell runs them.

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "fmt/format.h"
#include "tests/support/data.h"

namespace imago {

struct Outcome {
  int code = -1;  // the exit status; -1: it did not exit by itself
  std::string out;
  std::string err;
};

// Without input; what it prints goes through the files "out" and "err" of a folder.
inline Outcome RunShell(const std::string& command, const std::string& folder) {
  const int status =
      std::system(fmt::format("{0} >'{1}/out' 2>'{1}/err' </dev/null", command, folder).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadTestFile(folder + "/out"),
          ReadTestFile(folder + "/err")};
}

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_SHELL_H_
