// How long a restart with many rows takes until the first answer:
// bench_open DATA [--rows N] [--dim N] [--threads N]
// Fills the folder DATA, which must not be there yet, with a collection of N rows
// (clustered_items.h) and ends; called again with a folder that is there, opens it and searches.
// One JSON line. The file cache is as warm as the caller left it.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "fmt/format.h"
#include "query/engine.h"
#include "tools/bench/clustered_items.h"

namespace imago {
namespace {

struct Plan {
  std::string data;
  size_t rows = 1'000'000;
  int dim = 384;
  int threads = 1;
};

class Watch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double seconds = 0;
  for (const timeval& t : {usage.ru_utime, usage.ru_stime}) seconds += t.tv_sec + t.tv_usec / 1e6;
  return seconds;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "bench_open: %s\n", status.ToString().c_str());
  return 3;
}

absl::Status Fill(Engine& engine, size_t rows) {
  const auto collection = engine.GetCollection("main", /*create=*/true);
  if (!collection.ok()) return collection.status();
  if (absl::Status s = WriteClusteredItems(**collection, rows); !s.ok()) return s;
  return (*collection)->Flush();
}

int Run(const Plan& plan) {
  const bool fill = !std::filesystem::exists(plan.data);
  const Watch watch;
  Config config;
  config.data_dir = plan.data;
  config.index.threads = plan.threads;
  const auto engine = Engine::Open(config, NewHashEncoder(plan.dim));
  if (!engine.ok()) return Fail(engine.status());
  if (fill) {
    const absl::Status filled = Fill(**engine, plan.rows);
    if (!filled.ok()) return Fail(filled);
    fmt::print("{{\"what\":\"fill\",\"rows\":{},\"seconds\":{:.3f}}}\n", plan.rows,
               watch.Seconds());
    return 0;
  }
  Query query;
  query.terms = {{.item_id = ClusteredId(0)}};
  const auto first = (*engine)->Search("main", query);
  if (!first.ok()) return Fail(first.status());
  const double first_seconds = watch.Seconds(), first_cpu = CpuSeconds();
  const auto second = (*engine)->Search("main", query);
  if (!second.ok()) return Fail(second.status());
  const auto stats = (*engine)->Stats("main");
  if (!stats.ok()) return Fail(stats.status());
  fmt::print(
      "{{\"what\":\"open\",\"rows\":{},\"dim\":{},\"first_answer_seconds\":{:.3f},"
      "\"cpu_seconds\":{:.3f},\"first_search_ms\":{:.1f},\"second_search_ms\":{:.1f}}}\n",
      stats->rows, plan.dim, first_seconds, first_cpu, first->timings.search_ms,
      second->timings.search_ms);
  std::fflush(stdout);
  return 0;
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  imago::Plan plan;
  CLI::App app("How long a restart takes until the first answer");
  app.add_option("data", plan.data, "Folder to fill, or filled before")->required();
  app.add_option("--rows", plan.rows, "Rows to fill it with")->check(CLI::Range(1, 100'000'000));
  app.add_option("--dim", plan.dim, "Numbers in a row")->check(CLI::Range(1, 65536));
  app.add_option("--threads", plan.threads, "index.threads")->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  return imago::Run(plan);
}
