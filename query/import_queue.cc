#include "query/import_queue.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace imago {
namespace {

constexpr size_t kMaxRemembered = 200;

absl::Status WriteRecord(Collection& collection, const ImportReport& report) {
  return collection.PutBlobs({{kJobBlob, report.job, ImportReportToJson(report)}});
}

}  // namespace

ImportQueue::ImportQueue(const Encoder& encoder)
    : encoder_(encoder), worker_([this] { RunJobs(); }) {}

ImportQueue::~ImportQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, job] : jobs_) job->control.cancel = true;
    for (const auto& job : queued_) EndQueued(*job);
    queued_.clear();
  }
  wake_.notify_all();
  worker_.join();
}

absl::StatusOr<std::string> ImportQueue::Start(ImportTarget target, const ImportOptions& options) {
  if (options.paths.empty() && options.only.empty() && options.captions.empty()) {
    return absl::InvalidArgumentError("paths: needs at least one file or folder");
  }
  auto job = std::make_shared<Job>();
  job->id = NewJobId();
  job->target = std::move(target);
  job->options = options;
  job->report.job = job->id;
  job->control.on_progress = [this, raw = job.get()](const ImportReport& report) {
    // An end is published by RunJob, when the job has let go of its collection.
    if (HasEnded(report.state)) return;
    const std::lock_guard lock(mutex_);
    raw->report = report;
  };
  auto status = WriteRecord(*job->target.collection, job->report);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  ForgetOld();
  jobs_[job->id] = job;
  queued_.push_back(job);
  wake_.notify_all();
  return job->id;
}

std::optional<ImportReport> ImportQueue::Find(const std::string& job) const {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return std::nullopt;
  return found->second->report;
}

std::vector<ImportReport> ImportQueue::List() const {
  const std::lock_guard lock(mutex_);
  std::vector<ImportReport> reports;
  for (const auto& [id, job] : jobs_) reports.push_back(job->report);
  return reports;
}

std::string ImportQueue::TargetOf(const std::string& job) const {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? "" : found->second->target.name;
}

bool ImportQueue::Busy(const std::string& target) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
    return entry.second->target.name == target && !HasEnded(entry.second->report.state);
  });
}

absl::StatusOr<std::shared_ptr<ImportQueue::Job>> ImportQueue::FindActive(
    const std::string& job) const {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) {
    return absl::NotFoundError(fmt::format("there is no import \"{}\"", job));
  }
  const ImportState state = found->second->report.state;
  if (HasEnded(state)) {
    return absl::FailedPreconditionError(
        fmt::format("import \"{}\" has ended: {}", job, ImportStateName(state)));
  }
  return found->second;
}

absl::Status ImportQueue::SetPaused(const std::string& job, bool paused) {
  const std::lock_guard lock(mutex_);
  const auto active = FindActive(job);
  if (!active.ok()) return active.status();
  (*active)->control.pause = paused;
  return absl::OkStatus();
}

absl::Status ImportQueue::Cancel(const std::string& job) {
  const std::lock_guard lock(mutex_);
  const auto active = FindActive(job);
  if (!active.ok()) return active.status();
  (*active)->control.cancel = true;
  const auto waiting = std::find(queued_.begin(), queued_.end(), *active);
  if (waiting == queued_.end()) return absl::OkStatus();
  queued_.erase(waiting);
  EndQueued(**active);
  return absl::OkStatus();
}

// With mutex_ held.
void ImportQueue::EndQueued(Job& job) {
  job.report.state = ImportState::kCancelled;
  const auto status = WriteRecord(*job.target.collection, job.report);
  if (!status.ok()) spdlog::warn("import {}: {}", job.id, std::string(status.message()));
  job.target.collection.reset();
}

// With mutex_ held.
void ImportQueue::ForgetOld() {
  for (auto it = jobs_.begin(); it != jobs_.end() && jobs_.size() >= kMaxRemembered;) {
    it = HasEnded(it->second->report.state) ? jobs_.erase(it) : std::next(it);
  }
}

std::shared_ptr<ImportQueue::Job> ImportQueue::WaitForJob() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
  if (queued_.empty()) return nullptr;
  auto job = queued_.front();
  queued_.pop_front();
  return job;
}

void ImportQueue::RunJobs() {
  while (const auto job = WaitForJob()) RunJob(*job);
}

void ImportQueue::RunJob(Job& job) {
  const auto report = RunImport(*job.target.collection, encoder_, job.id, job.options, job.control);
  job.target.collection.reset();
  const std::lock_guard lock(mutex_);
  if (report.ok()) {
    job.report = *report;
    return;
  }
  job.report.state = ImportState::kFailed;
  job.report.error = std::string(report.status().message());
  spdlog::error("import {}: {}", job.id, job.report.error);
}

}  // namespace imago
