// Queries a second over HTTP on the loopback beside the same engine called in this process:
// bench_serve DATA [--rows N] [--dim N] [--clients N ...] [--seconds S] [--rounds N] [--bundle DIR]
// Fills the folder DATA with a collection where it is not there yet. Without a bundle searches are
// by stored items and the engine has the hash encoder; with one they are by short texts, of which
// every one is new. Each way is asked in turn, for so many rounds; one JSON line for each. The
// clients run in this process too and have their share of its cores.

#include <httplib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "query/engine.h"
#include "spdlog/spdlog.h"
#include "tools/bench/clustered_items.h"
#include "web/server.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  std::string data;
  std::string bundle;
  size_t rows = 100'000;
  int dim = 384;
  std::vector<int> clients = {1, 16, 64};
  double seconds = 3;
  int rounds = 3;
};

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Asks the query of a number; false when that failed. Each client has one of its own.
using Ask = std::function<bool(size_t number)>;

struct Figures {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  size_t failed = 0;
};

class ServeBench {
 public:
  ServeBench(const Plan& plan, Engine& engine, int port)
      : plan_(plan), engine_(engine), port_(port) {}

  void Run() {
    for (int round = 0; round < plan_.rounds; ++round) {
      for (const int clients : plan_.clients) {
        const Figures own = Measure(clients, [this] { return InProcess(); });
        const Figures http = Measure(clients, [this] { return OverHttp(); });
        Say(clients, "in process", own, 1);
        Say(clients, "http", http, http.per_second / own.per_second);
      }
    }
  }

 private:
  static void Say(int clients, const char* way, const Figures& figures, double share) {
    fmt::print(
        "{{\"clients\":{},\"way\":\"{}\",\"per_second\":{:.1f},\"p50_ms\":{:.2f},\"p99_ms\":{:.2f},"
        "\"p99_to_p50\":{:.2f},\"share\":{:.3f},\"failed\":{}}}\n",
        clients, way, figures.per_second, figures.p50_ms, figures.p99_ms,
        figures.p99_ms / figures.p50_ms, share, figures.failed);
    std::fflush(stdout);
  }

  std::string Text(size_t number) const {
    static constexpr const char* kWords[] = {"dog", "beach", "red", "old", "train", "woman", "sky"};
    return fmt::format("a photo of a {} {} number {}", kWords[number % 7], kWords[number / 7 % 7],
                       number);
  }
  std::string Id(size_t number) const { return ClusteredId(number * 7919 % plan_.rows); }

  Ask InProcess() {
    return [this](size_t number) {
      Query query;
      query.terms.emplace_back();
      (plan_.bundle.empty() ? query.terms[0].item_id : query.terms[0].text) =
          plan_.bundle.empty() ? Id(number) : Text(number);
      return engine_.Search("main", query).ok();
    };
  }

  Ask OverHttp() {
    auto client = std::make_shared<httplib::Client>("127.0.0.1", port_);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    return [this, client](size_t number) {
      const std::string term = plan_.bundle.empty()
                                   ? fmt::format(R"({{"image":{{"asset_id":"{}"}}}})", Id(number))
                                   : fmt::format(R"({{"text":"{}"}})", Text(number));
      const auto result =
          client->Post("/v1/collections/main/search", fmt::format(R"({{"query":[{}]}})", term),
                       "application/json");
      return result && result->status == 200;
    };
  }

  Figures Measure(int clients, const std::function<Ask()>& make) {
    std::vector<double> all;
    std::mutex mutex;
    std::atomic<size_t> failed{0};
    const auto begin = Clock::now();
    {
      std::vector<std::jthread> threads;
      for (int c = 0; c < clients; ++c) {
        threads.emplace_back([&] {
          const Ask ask = make();
          std::vector<double> times;
          while (SecondsSince(begin) < plan_.seconds) {
            const auto start = Clock::now();
            if (!ask(next_++)) ++failed;
            times.push_back(SecondsSince(start) * 1e3);
          }
          const std::lock_guard lock(mutex);
          all.insert(all.end(), times.begin(), times.end());
        });
      }
    }
    const double seconds = SecondsSince(begin);
    std::sort(all.begin(), all.end());
    return {static_cast<double>(all.size() - failed) / seconds, all[all.size() / 2],
            all[all.size() * 99 / 100], failed};
  }

  const Plan& plan_;
  Engine& engine_;
  const int port_;
  std::atomic<size_t> next_{0};
};

absl::Status RunBench(const Plan& plan) {
  const bool fill = !std::filesystem::exists(plan.data);
  Config config;
  config.data_dir = plan.data;
  config.model = plan.bundle;
  config.server.port = 0;
  auto engine =
      plan.bundle.empty() ? Engine::Open(config, NewHashEncoder(plan.dim)) : Engine::Open(config);
  if (!engine.ok()) return engine.status();
  const auto collection = (*engine)->GetCollection("main", /*create=*/true);
  if (!collection.ok()) return collection.status();
  if (fill) {
    if (absl::Status s = WriteClusteredItems(**collection, plan.rows); !s.ok()) return s;
  }
  const auto server = Server::Create(**engine);
  if (!server.ok()) return server.status();
  if (absl::Status s = (*server)->Bind(); !s.ok()) return s;
  std::jthread serving([&] { (void)(*server)->Run(); });
  ServeBench(plan, **engine, (*server)->port()).Run();
  (*server)->Stop();
  const SweepCounts counts = (*engine)->sweep_counts();
  fmt::print("{{\"what\":\"sweeps\",\"queries_per_sweep\":{:.2f}}}\n",
             static_cast<double>(counts.queries) / static_cast<double>(counts.sweeps));
  return absl::OkStatus();
}

}  // namespace
}  // namespace imago

int main(int argc, char** argv) {
  imago::Plan plan;
  CLI::App app("Queries a second over HTTP beside the engine alone");
  app.add_option("data", plan.data, "Folder to fill, or filled before")->required();
  app.add_option("--rows", plan.rows, "Rows to search")->check(CLI::Range(1, 100'000'000));
  app.add_option("--dim", plan.dim, "Numbers in a row")->check(CLI::Range(1, 65536));
  app.add_option("--clients", plan.clients, "Clients at once")->check(CLI::Range(1, 1024));
  app.add_option("--seconds", plan.seconds, "Of each measurement")->check(CLI::Range(0.1, 1000.0));
  app.add_option("--rounds", plan.rounds, "Times that all is measured")->check(CLI::Range(1, 1000));
  app.add_option("--bundle", plan.bundle, "Model to search by texts with");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::warn);
  const absl::Status status = imago::RunBench(plan);
  if (status.ok()) return 0;
  std::fprintf(stderr, "bench_serve: %s\n", status.ToString().c_str());
  return 3;
}
