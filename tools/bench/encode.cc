// Pictures and texts a second through an encoder alone, everything decoded and resized before:
// bench_encode BUNDLE [THREADS] [auto|f32|bf16] [BATCH] [SECONDS] [ROWS]
// One JSON line for pictures, one for short texts, one for long ones. per_cpu_second does not count
// what other programs on the machine take from us. The rows of the three, f32, go to the file ROWS.

#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "embed/encoder.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Arguments {
  std::string bundle;
  std::string precision = "auto";
  EncoderOptions options;
  double seconds = 5;
  std::string rows = "/dev/null";
};

Precision ParsePrecision(const std::string& word) {
  if (word == "f32") return Precision::kFloat32;
  return word == "bf16" ? Precision::kBfloat16 : Precision::kAuto;
}

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  arguments.bundle = argv[1];
  if (argc > 2) arguments.options.threads = std::atoi(argv[2]);
  if (argc > 3) arguments.precision = argv[3];
  arguments.options.precision = ParsePrecision(arguments.precision);
  if (argc > 4) arguments.options.max_batch = std::atoi(argv[4]);
  if (argc > 5) arguments.seconds = std::atof(argv[5]);
  if (argc > 6) arguments.rows = argv[6];
  return arguments;
}

std::vector<Content> Pictures(int count, int size) {
  std::mt19937 random(1);
  std::vector<Content> contents;
  for (int i = 0; i < count; ++i) {
    Image image{size, size, std::vector<uint8_t>(size_t{3} * size * size)};
    for (uint8_t& value : image.rgb) value = static_cast<uint8_t>(random());
    contents.push_back(ImageContent{std::move(image)});
  }
  return contents;
}

std::vector<Content> Texts(int count, int words) {
  static constexpr const char* kWords[] = {"dog", "beach", "red", "old", "train", "woman", "sky"};
  std::mt19937 random(2);
  std::vector<Content> contents;
  for (int i = 0; i < count; ++i) {
    std::string text = "a photo of a";
    for (int w = 0; w < words; ++w) text += std::string(" ") + kWords[random() % 7];
    contents.push_back(TextContent{text});
  }
  return contents;
}

bool Measure(const Arguments& arguments, const Encoder& encoder, const char* what,
             const std::vector<Content>& contents, std::ofstream& rows) {
  const auto first = encoder.Encode(contents);  // also warms up
  if (!first.ok()) return false;
  rows.write(reinterpret_cast<const char*>(first->rows.data()),
             first->rows.rows() * first->rows.cols() * sizeof(float));
  const auto begin = Clock::now();
  const double cpu_begin = CpuSeconds();
  double wall = 0;
  size_t done = 0;
  while (wall < arguments.seconds) {
    if (!encoder.Encode(contents).ok()) return false;
    done += contents.size();
    wall = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const nlohmann::ordered_json line = {{"what", what},
                                       {"model", encoder.model()},
                                       {"threads", arguments.options.threads},
                                       {"precision", arguments.precision},
                                       {"batch", arguments.options.max_batch},
                                       {"per_second", done / wall},
                                       {"per_cpu_second", done / (CpuSeconds() - cpu_begin)}};
  std::printf("%s\n", line.dump().c_str());
  return true;
}

int Run(const Arguments& arguments) {
  const auto encoder = OpenEncoder(arguments.bundle, arguments.options);
  if (!encoder.ok()) {
    std::fprintf(stderr, "%s\n", encoder.status().ToString().c_str());
    return 3;
  }
  const int count = arguments.options.max_batch;
  std::ofstream rows(arguments.rows, std::ios::binary);
  const auto measure = [&](const char* what, const std::vector<Content>& contents) {
    return Measure(arguments, **encoder, what, contents, rows);
  };
  const bool ok = measure("images", Pictures(count, (*encoder)->preprocess().size)) &&
                  measure("short texts", Texts(count, 3)) &&
                  measure("long texts", Texts(count, 30));
  return ok ? 0 : 3;
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "usage: bench_encode BUNDLE [THREADS] [auto|f32|bf16] [BATCH] [SECONDS] [ROWS]\n");
    return 2;
  }
  // As the program does (tools/main.cc).
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  return imago::Run(imago::Parse(argc, argv));
}
