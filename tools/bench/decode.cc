// Pictures a second, decoded and prepared on one thread: bench_decode FOLDER [ROUNDS].
// One JSON line for each way of doing it.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "embed/decode_worker.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> ReadFolder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    auto bytes = ReadFile(entry.path().string(), DecodeOptions().max_bytes);
    if (bytes.ok()) files.push_back(*std::move(bytes));
  }
  return files;
}

// Of this process and of its children that have ended: what other programs on the machine take from
// us does not count.
double CpuSeconds() {
  double seconds = 0.0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage;
    getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime}) seconds += t.tv_sec + t.tv_usec / 1e6;
  }
  return seconds;
}

struct Way {
  const char* name;
  PrepareOptions options;
  bool isolated;
};

std::vector<Way> Ways() {
  PrepareOptions full;
  PrepareOptions scaled;
  scaled.decode.min_short_side = 2 * scaled.preprocess.size;
  PrepareOptions bare = scaled;
  bare.thumbnail_side = 0;
  PrepareOptions full_bare = full;
  full_bare.thumbnail_side = 0;
  return {{"full", full_bare, false},       {"full, thumbnail", full, false},
          {"scaled", bare, false},          {"scaled, thumbnail", scaled, false},
          {"scaled, isolated", bare, true}, {"scaled, thumbnail, isolated", scaled, true}};
}

size_t PrepareAll(const Way& way, const std::vector<std::string>& files, IsolatedDecoder* worker) {
  size_t pictures = 0;
  for (const std::string& file : files) {
    const absl::Span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(file.data()),
                                          file.size());
    const auto prepared =
        way.isolated ? worker->Prepare(bytes, way.options) : PrepareImage(bytes, way.options);
    if (prepared.ok()) ++pictures;
  }
  return pictures;
}

void Run(const Way& way, const std::vector<std::string>& files, int rounds) {
  auto worker = IsolatedDecoder::Start("/proc/self/exe");
  if (!worker.ok()) {
    std::fprintf(stderr, "%s\n", worker.status().ToString().c_str());
    return;
  }
  const double cpu_begin = CpuSeconds();
  const Clock::time_point begin = Clock::now();
  size_t pictures = 0;
  for (int round = 0; round < rounds; ++round) pictures += PrepareAll(way, files, worker->get());
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  worker->reset();  // its time counts once it has ended; starting it is a part of that
  const double cpu_seconds = CpuSeconds() - cpu_begin;
  fmt::print(
      "{{\"way\":\"{}\",\"pictures\":{},\"failed\":{},\"seconds\":{:.3f},"
      "\"cpu_seconds\":{:.3f},\"per_second\":{:.1f},\"per_cpu_second\":{:.1f}}}\n",
      way.name, pictures, rounds * files.size() - pictures, seconds, cpu_seconds,
      pictures / seconds, pictures / cpu_seconds);
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "decode-worker") == 0) {
    return imago::RunDecodeWorker(argc, argv);
  }
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [ROUNDS]\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> files = imago::ReadFolder(argv[1]);
  for (const imago::Way& way : imago::Ways()) {
    imago::Run(way, files, argc > 2 ? std::atoi(argv[2]) : 1);
  }
  return files.empty() ? 3 : 0;
}
