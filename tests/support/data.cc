#include "tests/support/data.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace imago {
namespace fs = std::filesystem;

std::string SourcePath(const std::string& relative) {
  return (fs::path(IMAGO_SOURCE_DIR) / relative).string();
}

std::string SharedData(const std::string& relative) {
  const char* set = std::getenv("IMAGO_SHARED_DATA");
  const fs::path root = set ? fs::path(set) : fs::path(IMAGO_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path path = root / relative;
  return fs::exists(path) ? fs::canonical(path).string() : "";
}

namespace {

struct TempDirs {
  std::vector<fs::path> paths;
  ~TempDirs() {
    std::error_code ignored;
    for (const fs::path& path : paths) fs::remove_all(path, ignored);
  }
};

}  // namespace

std::string MakeTempDir() {
  static TempDirs dirs;
  std::string pattern = (fs::temp_directory_path() / "imago-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  dirs.paths.emplace_back(pattern);
  return pattern;
}

std::string ReadTestFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteTestFile(const std::string& path, const std::string& bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace imago
