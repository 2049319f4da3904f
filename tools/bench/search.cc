// Answers how long searches take: bench_search DATA [--rows N] [--dim N] [--queries N] [--gpu]
//                                                   [--around FILE --of FILE]
// Makes clustered unit rows and queries, or rows around embeddings and the queries given (as imago
// embed prints them), writes them to DATA for peers.py, says "ready" and then
// reads one case a line from standard input, answering each with one JSON line, so that
// tools/bench/run can ask it and its peers in turn:
//
//   search ENGINE BATCH THREADS SHARE QUERIES   ENGINE exact (what the index does), plain (TopK of
//                                               f16 rows), gpu; SHARE of the rows that a
//                                               filter keeps
//   read THREADS                                the machine's bandwidth: a plain sum over the bytes
//                                               that one query's scan reads of all rows
//
// DATA: u64 rows, queries, dim; f32 rows[rows * dim]; f32 queries[queries * dim]; little-endian.
// DATA.SHARE: the filter of that share, a bit a row.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "index/device_queue.h"
#include "index/vector_index.h"
#include "kernels/kernels.h"
#include "kernels/parallel.h"
#include "kernels/quantized_top_k.h"

namespace imago {
namespace {

constexpr size_t kNeighbors = 10;
constexpr size_t kChunkRows = 8192;
constexpr float kNoiseAround = 0.25;  // of an embedding's length
using Found = std::vector<std::vector<Neighbor>>;

struct Plan {
  std::string path;
  size_t rows = 100000;
  size_t dim = 512;
  size_t queries = 256;
  bool gpu = false;
  std::string around;  // a file of embeddings, or empty
  Matrix of;           // queries, or none
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double seconds = 0;
  for (const timeval& t : {usage.ru_utime, usage.ru_stime}) seconds += t.tv_sec + t.tv_usec / 1e6;
  return seconds;
}

// Of `body`, as fields of JSON; what other programs took is not in the CPU's seconds.
template <typename Body>
std::string Measure(const Body& body) {
  const double cpu_begin = CpuSeconds();
  const auto begin = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return fmt::format("\"seconds\":{:.6f},\"cpu_seconds\":{:.6f}", taken.count(),
                     CpuSeconds() - cpu_begin);
}

// The memory of this process that is not a file's.
size_t ResidentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoul(line.substr(8)) * 1024;
  }
  return 0;
}

// Embeddings as imago embed prints them, a line each.
Matrix ReadEmbeddings(const std::string& path) {
  std::ifstream file(path);
  std::vector<float> values;
  size_t rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    std::istringstream numbers(line);
    for (float value = 0; numbers >> value;) values.push_back(value);
  }
  const size_t dim = rows == 0 ? 0 : values.size() / rows;
  return {std::move(values), rows, dim};
}

// Unit rows around given directions, each a direction plus noise, rounded to f16 so that every
// engine has the same.
class RowMaker {
 public:
  // Noise of `noise` times the length of a direction.
  RowMaker(Matrix directions, float noise)
      : directions_(std::move(directions)), normal_(0, noise / std::sqrt(directions_.cols())) {}
  // As many random directions as there are hundreds of rows, with noise of their length.
  static RowMaker OfClusters(size_t rows, size_t dim) {
    RowMaker maker(Matrix(std::max<size_t>(1, rows / 100), dim), 1);
    for (size_t i = 0; i < maker.directions_.rows() * dim; ++i) {
      maker.directions_.data()[i] = maker.normal_(maker.random_);
    }
    return maker;
  }

  Matrix Make(size_t rows) {
    Matrix out(rows, directions_.cols());
    for (size_t r = 0; r < rows; ++r) {
      const float* direction = directions_.row(random_() % directions_.rows());
      for (size_t i = 0; i < out.cols(); ++i) out.row(r)[i] = direction[i] + normal_(random_);
    }
    NormalizeRows(out);
    return ToFloat(ToHalf(out));
  }

 private:
  std::mt19937 random_{1};
  Matrix directions_;
  std::normal_distribution<float> normal_;
};

class SearchBench {
 public:
  explicit SearchBench(const Plan& plan) : plan_(plan), quantized_(plan.dim) {}

  absl::Status Fill() {
    RowMaker maker = plan_.around.empty() ? RowMaker::OfClusters(plan_.rows, plan_.dim)
                                          : RowMaker(ReadEmbeddings(plan_.around), kNoiseAround);
    std::ofstream out(plan_.path, std::ios::binary);
    const uint64_t header[] = {plan_.rows, plan_.queries, plan_.dim};
    out.write(reinterpret_cast<const char*>(header), sizeof(header));
    rows_ = HalfMatrix(0, plan_.dim);
    for (size_t r = 0; r < plan_.rows; r += kChunkRows) {
      const Matrix chunk = maker.Make(std::min(kChunkRows, plan_.rows - r));
      Write(out, chunk);
      rows_.Append(ToHalf(chunk));
    }
    queries_ = plan_.of.rows() == 0 ? maker.Make(plan_.queries) : plan_.of;
    Write(out, queries_);
    if (!out.flush()) return absl::DataLossError("cannot write " + plan_.path);
    const size_t before = ResidentBytes();
    const std::string times = Measure([&] { quantized_.Cover(rows_, 1); });
    const size_t row_bytes = quantized_.groups() * kCrumbGroupBytes + sizeof(CoarseTerms);
    const size_t bytes = ResidentBytes() - before + plan_.rows * plan_.dim * sizeof(Half);
    Say("quantize",
        fmt::format("{},\"coarse_bytes\":{},\"bytes\":{}", times, plan_.rows * row_bytes, bytes));
    return plan_.gpu ? BuildGpu() : absl::OkStatus();
  }

  void Answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    int threads = 1;
    if (verb == "read" && words >> threads) return Read(threads);
    std::string engine, share;
    size_t batch = 0, count = 0;
    if (verb == "search" && words >> engine >> batch >> threads >> share >> count && batch > 0 &&
        count > 0 && count <= plan_.queries) {
      return Search(engine, batch, threads, share, count);
    }
    Say("error", fmt::format("\"line\":\"{}\"", line));
  }

 private:
  static void Write(std::ofstream& out, const Matrix& rows) {
    out.write(reinterpret_cast<const char*>(rows.data()),
              static_cast<std::streamsize>(rows.rows() * rows.cols() * sizeof(float)));
  }
  static void Say(const std::string& what, const std::string& fields) {
    fmt::print("{{\"engine\":\"imago {}\",\"what\":\"{}\",{}}}\n", ActiveKernels().name, what,
               fields);
    std::fflush(stdout);
  }

  absl::Status Build(const std::string& name, const IndexOptions& options) {
    auto index = NewIndex(options, static_cast<int>(plan_.dim));
    if (!index.ok()) return index.status();
    absl::Status added;
    const size_t before = ResidentBytes();
    const std::string times = Measure([&] { added = (*index)->Add(ToFloat(rows_)); });
    Say(name + " build", fmt::format("{},\"bytes\":{}", times, ResidentBytes() - before));
    indexes_[name] = *std::move(index);
    return added;
  }
  absl::Status BuildGpu() {
    const auto device = OpenDeviceQueue(0);
    if (device == nullptr) return absl::NotFoundError("no GPU to measure");
    return Build("gpu", {.kind = IndexKind::kGpu, .device = device});
  }

  // Null for all rows. Each row by a coin of its own.
  const RowMask* Mask(const std::string& share) {
    if (share == "1") return nullptr;
    const auto [at, fresh] = masks_.try_emplace(share, plan_.rows);
    if (fresh) {
      std::mt19937 random(7);
      std::bernoulli_distribution keep(std::stod(share));
      for (size_t r = 0; r < plan_.rows; ++r) at->second.Set(r, keep(random));
      std::ofstream out(plan_.path + "." + share, std::ios::binary);
      const std::vector<uint64_t>& words = at->second.words();
      out.write(reinterpret_cast<const char*>(words.data()),
                static_cast<std::streamsize>(words.size() * sizeof(uint64_t)));
    }
    return &at->second;
  }

  void Search(const std::string& engine, size_t batch, int threads, const std::string& share,
              size_t count) {
    const TopKOptions options = {.k = kNeighbors, .keep = Mask(share), .threads = threads};
    Found found;
    const std::string times = Measure([&] {
      for (size_t q = 0; q < count; q += batch) {
        const MatrixView part = queries_.view().Slice(q, std::min(batch, count - q));
        for (auto& hits : SearchPart(engine, part, options)) found.push_back(std::move(hits));
      }
    });
    std::vector<std::vector<uint32_t>> numbers(found.size());
    for (size_t q = 0; q < found.size(); ++q) {
      for (const Neighbor& hit : found[q]) numbers[q].push_back(hit.row);
    }
    Say(engine, fmt::format("{},\"found\":{}", times, numbers));
  }

  Found SearchPart(const std::string& engine, MatrixView queries, const TopKOptions& options) {
    if (engine == "plain") return TopK(queries, rows_, options);
    if (engine == "exact") return QuantizedTopK(queries, rows_, quantized_, options);
    const auto index = indexes_.find(engine);
    if (index == indexes_.end()) return {};
    auto found = index->second->Search(queries, options.k, options.keep);
    return found.ok() ? *std::move(found) : Found();
  }

  void Read(int threads) {
    const size_t parts = static_cast<size_t>(std::max(1, threads));
    const size_t words = plan_.rows * quantized_.groups() * kNibbleGroupBytes / sizeof(uint64_t);
    std::vector<uint64_t> sums(parts);
    const std::string times = Measure([&] {
      RunParts(parts, [&](size_t part) {
        uint64_t sum = 0, word = 0;
        for (size_t i = words * part / parts; i < words * (part + 1) / parts; ++i) {
          std::memcpy(&word, quantized_.high(0) + i * sizeof(word), sizeof(word));
          sum += word;
        }
        sums[part] = sum;
      });
    });
    uint64_t sum = 0;
    for (const uint64_t part : sums) sum += part;
    Say("read", fmt::format("{},\"bytes\":{},\"sum\":{}", times, words * sizeof(uint64_t), sum));
  }

  Plan plan_;
  HalfMatrix rows_;
  Matrix queries_;
  QuantizedRows quantized_;
  std::map<std::string, std::unique_ptr<VectorIndex>> indexes_;
  std::map<std::string, RowMask> masks_;
};

int RunBench(const Plan& plan) {
  SearchBench bench(plan);
  const absl::Status status = bench.Fill();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 3;
  }
  fmt::print("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) bench.Answer(line);
  return 0;
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  imago::Plan plan;
  CLI::App app("How long searches of the vector indexes take");
  app.add_option("data", plan.path, "Where to write the rows and queries")->required();
  std::string of_path;
  auto* of = app.add_option("--of", of_path, "Embeddings to search for");
  app.add_option("--rows", plan.rows, "Rows to search")->check(CLI::Range(1000, 100000000));
  app.add_option("--dim", plan.dim, "Numbers in a row")->check(CLI::Range(1, 65536));
  app.add_option("--queries", plan.queries, "Queries")->check(CLI::Range(1, 1000000));
  app.add_option("--around", plan.around, "Embeddings to make the rows from")->needs(of);
  app.add_flag("--gpu", plan.gpu, "Also put the rows on the GPU");
  CLI11_PARSE(app, argc, argv);
  if (!of_path.empty()) {
    plan.of = imago::ReadEmbeddings(of_path);
    plan.queries = plan.of.rows();
    plan.dim = plan.of.cols();
  }
  return imago::RunBench(plan);
}
