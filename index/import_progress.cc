#include "index/import_progress.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace imago {
namespace {

constexpr auto kShowEvery = std::chrono::milliseconds(200);
constexpr auto kSaveEvery = std::chrono::seconds(2);
constexpr auto kPausePoll = std::chrono::milliseconds(20);
constexpr size_t kMaxNamed = 10'000;

}  // namespace

ImportProgress::ImportProgress(const std::string& job, Collection& collection,
                               ImportControl& control)
    : collection_(collection), control_(control) {
  report_.job = job;
}

absl::Status ImportProgress::SetState(ImportState state) {
  {
    const std::lock_guard lock(mutex_);
    report_.state = state;
    if (HasEnded(state)) {
      report_.seconds = Seconds();
      std::stable_sort(report_.failed.begin(), report_.failed.end(),
                       [](const auto& a, const auto& b) { return a.path < b.path; });
    }
  }
  const std::lock_guard lock(showing_);
  Call();
  return Write();
}

void ImportProgress::Count(uint64_t ImportCounts::*which, uint64_t more) {
  const std::lock_guard lock(mutex_);
  report_.counts.*which += more;
}

void ImportProgress::Fail(const std::string& path, const std::string& error) {
  const std::lock_guard lock(mutex_);
  ++report_.counts.failed;
  if (report_.failed.size() < kMaxNamed) report_.failed.push_back({path, error});
}

void ImportProgress::FailAll(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  if (report_.error.empty()) report_.error = std::string(status.message());
}

bool ImportProgress::GoOn() {
  while (control_.pause && !control_.cancel) {
    Show();
    std::this_thread::sleep_for(kPausePoll);
  }
  return !control_.cancel;
}

void ImportProgress::Show() {
  const std::unique_lock lock(showing_, std::try_to_lock);
  if (lock.owns_lock() && Clock::now() - shown_ >= kShowEvery) Call();
}

void ImportProgress::Call() {
  if (control_.on_progress) control_.on_progress(report());
  shown_ = Clock::now();
}

absl::Status ImportProgress::Save() {
  {
    const std::lock_guard lock(mutex_);
    if (Clock::now() - saved_ < kSaveEvery) return absl::OkStatus();
    saved_ = Clock::now();
  }
  return Write();
}

absl::Status ImportProgress::Write() {
  const ImportReport now = report();
  return collection_.PutBlobs({{kJobBlob, now.job, ImportReportToJson(now)}});
}

ImportReport ImportProgress::report() const {
  const std::lock_guard lock(mutex_);
  ImportReport copy = report_;
  const bool busy = copy.state == ImportState::kScanning || copy.state == ImportState::kRunning;
  if (busy && control_.pause) copy.state = ImportState::kPaused;
  if (!HasEnded(copy.state)) copy.seconds = Seconds();
  return copy;
}

double ImportProgress::Seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

}  // namespace imago
