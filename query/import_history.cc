#include "query/import_history.h"

#include <map>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

// A record that is not in the queue and has no end was cut short.
absl::StatusOr<ImportReport> ReadRecord(const std::string& json) {
  auto report = ImportReportFromJson(json);
  if (report.ok() && !HasEnded(report->state)) {
    report->error = fmt::format("the program ended while it was {}; start it again to go on",
                                ImportStateName(report->state));
    report->state = ImportState::kFailed;
  }
  return report;
}

}  // namespace

absl::StatusOr<KnownImport> FindImport(Collections& collections, const ImportQueue& queue,
                                       const std::string& job) {
  if (auto report = queue.Find(job)) return KnownImport{*std::move(report), queue.TargetOf(job)};
  for (const std::string& name : collections.List()) {
    const auto collection = collections.Get(name, /*create=*/false);
    if (!collection.ok()) continue;
    const auto record = (*collection)->store().GetBlob(kJobBlob, job);
    if (absl::IsNotFound(record.status())) continue;
    if (!record.ok()) return record.status();
    auto report = ReadRecord(*record);
    if (!report.ok()) return report.status();
    return KnownImport{*std::move(report), name};
  }
  return absl::NotFoundError(fmt::format("there is no import \"{}\"", job));
}

std::vector<ImportReport> ListAllImports(Collections& collections, const ImportQueue& queue) {
  std::map<std::string, ImportReport> all;
  for (const std::string& name : collections.List()) {
    const auto collection = collections.Get(name, /*create=*/false);
    if (!collection.ok()) continue;
    const auto add = [&](const std::string& job, const std::string& json) {
      auto report = ReadRecord(json);
      if (report.ok()) all[job] = *std::move(report);
      return true;
    };
    (void)(*collection)->store().ScanBlobs(kJobBlob, add);  // a broken record hides only itself
  }
  for (ImportReport& report : queue.List()) all[report.job] = std::move(report);
  std::vector<ImportReport> reports;
  for (auto& [job, report] : all) reports.push_back(std::move(report));
  return reports;
}

}  // namespace imago
