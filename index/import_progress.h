#ifndef IMAGO_INDEX_IMPORT_PROGRESS_H_
#define IMAGO_INDEX_IMPORT_PROGRESS_H_

// The report of a running import: kept, shown to its watcher, and written to the store.

#include <chrono>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "index/importer.h"

namespace imago {

// Thread-safe.
class ImportProgress {
 public:
  ImportProgress(const std::string& job, Collection& collection, ImportControl& control);

  // Shows and writes it at once.
  absl::Status SetState(ImportState state);
  void Count(uint64_t ImportCounts::*which, uint64_t more = 1);
  void Fail(const std::string& path, const std::string& error);
  // Fails the whole job.
  void FailAll(const absl::Status& status);

  // Waits while the import is paused; false when it is cancelled.
  bool GoOn();
  // Shows it, at most five times a second.
  void Show();
  // Writes it to the store, at most every other second.
  absl::Status Save();

  ImportReport report() const;

 private:
  using Clock = std::chrono::steady_clock;
  void Call();
  absl::Status Write();
  double Seconds() const;

  Collection& collection_;
  ImportControl& control_;
  const Clock::time_point start_ = Clock::now();
  mutable std::mutex mutex_;
  ImportReport report_;
  Clock::time_point saved_ = start_;
  std::mutex showing_;  // held during the watcher's call; never taken while mutex_ is held
  Clock::time_point shown_ = start_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_IMPORT_PROGRESS_H_
