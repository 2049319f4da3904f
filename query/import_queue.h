#ifndef IMAGO_QUERY_IMPORT_QUEUE_H_
#define IMAGO_QUERY_IMPORT_QUEUE_H_

// Runs imports in the background, one after the other.

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "index/importer.h"

namespace imago {

// Where an import goes.
struct ImportTarget {
  std::string name;
  std::shared_ptr<Collection> collection;
};

// Thread-safe.
class ImportQueue {
 public:
  // `encoder` outlives this.
  explicit ImportQueue(const Encoder& encoder);
  ~ImportQueue();  // cancels what is queued or running and waits for it

  // Writes the job's record and puts it at the end of the queue; its id.
  absl::StatusOr<std::string> Start(ImportTarget target, const ImportOptions& options);
  // Of jobs started here; the oldest of many ended ones are forgotten.
  std::optional<ImportReport> Find(const std::string& job) const;
  std::vector<ImportReport> List() const;
  // The collection that the job goes into; empty when it is not known here.
  std::string TargetOf(const std::string& job) const;
  bool Busy(const std::string& target) const;

  // kNotFound when it is not known here, kFailedPrecondition when it has ended.
  absl::Status SetPaused(const std::string& job, bool paused);
  absl::Status Cancel(const std::string& job);

 private:
  struct Job {
    std::string id;
    ImportTarget target;  // without the collection once the job has ended
    ImportOptions options;
    ImportControl control;
    ImportReport report;  // guarded by mutex_
  };

  absl::StatusOr<std::shared_ptr<Job>> FindActive(const std::string& job) const;
  std::shared_ptr<Job> WaitForJob();
  void RunJobs();
  void RunJob(Job& job);
  void EndQueued(Job& job);
  void ForgetOld();

  const Encoder& encoder_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<Job>> queued_;
  std::map<std::string, std::shared_ptr<Job>> jobs_;
  std::thread worker_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_IMPORT_QUEUE_H_
