#include "tests/support/pretrained.h"

#include <cstdlib>
#include <filesystem>

namespace imago {

std::string PretrainedFile(const std::string& name) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string root = cache ? cache : std::string(home ? home : "") + "/.cache";
  const std::string path = root + "/imago/pretrained/" + name;
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace imago
