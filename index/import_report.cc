// The job's record: what importer.h says of ImportReport as JSON.

#include <array>
#include <chrono>
#include <random>

#include "fmt/format.h"
#include "index/importer.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 9> kStateNames = {
    "queued", "scanning", "running", "paused", "finalizing", "completed", "completed_with_errors",
    "failed", "cancelled"};

json CountsToJson(const ImportCounts& counts) {
  return {{"discovered", counts.discovered},
          {"embedded", counts.embedded},
          {"indexed", counts.indexed},
          {"skipped", counts.skipped},
          {"failed", counts.failed}};
}

ImportCounts CountsFromJson(const json& counts) {
  ImportCounts out;
  out.discovered = counts.at("discovered").get<uint64_t>();
  out.embedded = counts.at("embedded").get<uint64_t>();
  out.indexed = counts.at("indexed").get<uint64_t>();
  out.skipped = counts.at("skipped").get<uint64_t>();
  out.failed = counts.at("failed").get<uint64_t>();
  return out;
}

absl::StatusOr<ImportState> ParseState(const std::string& name) {
  for (size_t i = 0; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == name) return static_cast<ImportState>(i);
  }
  return absl::DataLossError(fmt::format("import report: state \"{}\" is unknown", name));
}

}  // namespace

std::string_view ImportStateName(ImportState state) {
  return kStateNames[static_cast<size_t>(state)];
}

bool HasEnded(ImportState state) { return state >= ImportState::kCompleted; }

std::string NewJobId() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t ms = std::chrono::duration_cast<milliseconds>(now).count();
  std::random_device random;
  const uint64_t low = (uint64_t{random()} << 32 | random()) & 0xffffffffffff;
  return fmt::format("imp-{:012x}{:012x}", ms & 0xffffffffffff, low);
}

std::string ImportReportToJson(const ImportReport& report) {
  json failed = json::array();
  for (const FailedFile& file : report.failed) {
    failed.push_back({{"path", file.path}, {"error", file.error}});
  }
  json out = {{"job", report.job},
              {"state", std::string(ImportStateName(report.state))},
              {"counts", CountsToJson(report.counts)},
              {"failed", std::move(failed)},
              {"seconds", report.seconds}};
  if (!report.error.empty()) out["error"] = report.error;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<ImportReport> ImportReportFromJson(const std::string& text) {
  try {
    const json in = json::parse(text);
    const auto state = ParseState(in.at("state").get<std::string>());
    if (!state.ok()) return state.status();
    ImportReport out;
    out.job = in.at("job").get<std::string>();
    out.state = *state;
    out.counts = CountsFromJson(in.at("counts"));
    for (const json& file : in.at("failed")) {
      out.failed.push_back(
          {file.at("path").get<std::string>(), file.at("error").get<std::string>()});
    }
    out.error = in.value("error", "");
    out.seconds = in.at("seconds").get<double>();
    return out;
  } catch (const json::exception& error) {
    return absl::DataLossError(fmt::format("import report: {}", error.what()));
  }
}

}  // namespace imago
