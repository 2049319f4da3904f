// Queries a second: bench_search DATA [--rows N] [--dim N] [--queries N] [--threads N]. Makes
// clustered unit rows and queries, writes them to DATA for peer_faiss.py, and searches them. One
// JSON line for each way of doing it.
//
// DATA: u64 rows, queries, dim; f32 rows[rows * dim]; f32 queries[queries * dim]; little-endian.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "index/vector_index.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr size_t kNeighbors = 10;
constexpr int kRounds = 3;
using Found = std::vector<std::vector<Neighbor>>;

struct Plan {
  std::string path;
  size_t rows = 100000;
  size_t dim = 384;
  size_t queries = 1024;
  int threads = 1;
};

struct Times {
  double seconds = 0;
  double cpu_seconds = 0;  // what other programs on the machine take from us does not count
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double seconds = 0;
  for (const timeval& t : {usage.ru_utime, usage.ru_stime}) seconds += t.tv_sec + t.tv_usec / 1e6;
  return seconds;
}

template <typename Body>
Times Measure(const Body& body) {
  const double cpu_begin = CpuSeconds();
  const auto begin = std::chrono::steady_clock::now();
  body();
  const auto end = std::chrono::steady_clock::now();
  return {std::chrono::duration<double>(end - begin).count(), CpuSeconds() - cpu_begin};
}

// Unit rows around as many random directions as there are hundreds of rows, rounded to f16 so that
// every engine has the same.
Matrix MakeRows(size_t rows, size_t dim, size_t clusters) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(dim)));
  Matrix centers(clusters, dim);
  for (size_t i = 0; i < clusters * dim; ++i) centers.data()[i] = normal(random);
  Matrix out(rows, dim);
  for (size_t r = 0; r < rows; ++r) {
    const float* center = centers.row(random() % clusters);
    for (size_t i = 0; i < dim; ++i) out.row(r)[i] = center[i] + normal(random);
  }
  NormalizeRows(out);
  return ToFloat(ToHalf(out));
}

bool WriteData(const Plan& plan, const Matrix& data) {
  std::ofstream out(plan.path, std::ios::binary);
  const uint64_t header[] = {plan.rows, plan.queries, plan.dim};
  out.write(reinterpret_cast<const char*>(header), sizeof(header));
  out.write(reinterpret_cast<const char*>(data.data()),
            static_cast<std::streamsize>(data.rows() * data.cols() * sizeof(float)));
  return static_cast<bool>(out.flush());
}

double Recall(const Found& found, const Found& truth) {
  size_t hits = 0;
  for (size_t q = 0; q < found.size(); ++q) {
    for (const Neighbor& hit : truth[q]) {
      hits += std::count(found[q].begin(), found[q].end(), hit);
    }
  }
  return static_cast<double>(hits) / static_cast<double>(found.size() * kNeighbors);
}

class SearchBench {
 public:
  SearchBench(const Plan& plan, MatrixView rows, MatrixView queries)
      : plan_(plan), rows_(rows), queries_(queries) {}

  absl::Status Run() {
    auto exact = Build(IndexKind::kExact);
    if (!exact.ok()) return exact.status();
    auto truth = (*exact)->Search(queries_, kNeighbors, nullptr);
    if (!truth.ok()) return truth.status();
    truth_ = *std::move(truth);
    for (const size_t batch : {1, 64}) SearchAll(**exact, "exact f16", batch);
    auto hnsw = Build(IndexKind::kHnsw);
    if (!hnsw.ok()) return hnsw.status();
    for (const size_t batch : {1, 64}) SearchAll(**hnsw, "hnsw", batch);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::unique_ptr<VectorIndex>> Build(IndexKind kind) {
    auto index = NewIndex({.kind = kind, .threads = plan_.threads}, static_cast<int>(plan_.dim));
    if (!index.ok()) return index;
    absl::Status added;
    const Times times = Measure([&] { added = (*index)->Add(rows_); });
    if (!added.ok()) return added;
    const std::string what = fmt::format("{} build", fmt::string_view(IndexKindName(kind)));
    Print(what, fmt::format("\"rows\":{}", rows_.rows()), times);
    return index;
  }

  // One at a time, a quarter of the queries are enough.
  void SearchAll(const VectorIndex& index, const std::string& what, size_t batch) {
    const size_t count = batch == 1 ? std::max<size_t>(1, queries_.rows() / 4) : queries_.rows();
    Times best{1e9, 1e9};
    Found found;
    for (int round = 0; round < kRounds; ++round) {
      found.clear();
      const Times times = Measure([&] {
        for (size_t q = 0; q < count; q += batch) {
          auto part =
              index.Search(queries_.Slice(q, std::min(batch, count - q)), kNeighbors, nullptr);
          for (auto& hits : *part) found.push_back(std::move(hits));
        }
      });
      best = {std::min(best.seconds, times.seconds), std::min(best.cpu_seconds, times.cpu_seconds)};
    }
    const double n = static_cast<double>(count);
    Print(what,
          fmt::format("\"batch\":{},\"queries\":{},\"recall_at_10\":{:.4f},\"per_second\":{:.1f},"
                      "\"per_cpu_second\":{:.1f}",
                      batch, count, Recall(found, truth_), n / best.seconds, n / best.cpu_seconds),
          best);
  }

  void Print(const std::string& what, const std::string& fields, const Times& times) {
    fmt::print(
        "{{\"engine\":\"imago {}\",\"what\":\"{}\",\"threads\":{},{},\"seconds\":{:.4f},"
        "\"cpu_seconds\":{:.4f}}}\n",
        ActiveKernels().name, what, plan_.threads, fields, times.seconds, times.cpu_seconds);
    std::fflush(stdout);
  }

  Plan plan_;
  MatrixView rows_;
  MatrixView queries_;
  Found truth_;
};

int RunBench(const Plan& plan) {
  const Matrix data =
      MakeRows(plan.rows + plan.queries, plan.dim, std::max<size_t>(1, plan.rows / 100));
  if (!WriteData(plan, data)) {
    std::fprintf(stderr, "cannot write %s\n", plan.path.c_str());
    return 3;
  }
  const MatrixView view = data.view();
  SearchBench bench(plan, view.Slice(0, plan.rows), view.Slice(plan.rows, plan.queries));
  const absl::Status status = bench.Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 3;
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  imago::Plan plan;
  CLI::App app("Queries a second of the vector indexes");
  app.add_option("data", plan.path, "Where to write the rows and queries")->required();
  app.add_option("--rows", plan.rows, "Rows to search")->check(CLI::Range(1000, 100000000));
  app.add_option("--dim", plan.dim, "Numbers in a row")->check(CLI::Range(1, 100000));
  app.add_option("--queries", plan.queries, "Queries")->check(CLI::Range(1, 1000000));
  app.add_option("--threads", plan.threads, "Threads")->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  return imago::RunBench(plan);
}
