#ifndef IMAGO_INDEX_IMPORTER_H_
#define IMAGO_INDEX_IMPORTER_H_

// The write path: walks folders, skips what the collection has, decodes on several threads into a
// bounded queue, embeds full batches on one thread, and writes each batch durably. Stopping at any
// moment loses and doubles nothing; running again goes on.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/decode_image.h"
#include "embed/encoder.h"
#include "index/collection.h"

namespace imago {

enum class ImportState {
  kQueued,
  kScanning,
  kRunning,
  kPaused,
  kFinalizing,
  kCompleted,
  kCompletedWithErrors,
  kFailed,
  kCancelled
};
std::string_view ImportStateName(ImportState state);  // "queued", ..., "completed_with_errors"

struct ImportCounts {
  uint64_t discovered = 0;
  uint64_t embedded = 0;  // pictures that went through the encoder
  uint64_t indexed = 0;   // items written (embedded, or with vectors copied from the same bytes)
  uint64_t skipped = 0;   // already there, unchanged
  uint64_t failed = 0;
};

struct FailedFile {
  std::string path;
  std::string error;
};

struct ImportReport {
  std::string job;  // id
  ImportState state = ImportState::kQueued;
  ImportCounts counts;
  std::vector<FailedFile> failed;
  std::string error;  // why the whole job failed, if it did
  double seconds = 0;
};

struct ImportOptions {
  std::vector<std::string> paths;  // files and folders; symbolic links to folders are not followed
  std::vector<std::string> only;   // when not empty: just these files (retry of the failed ones)
  int decode_threads = 0;          // 0: number of cores
  int batch = 32;
  DecodeOptions decode;
  bool prune = false;  // removes items below `paths` whose files are gone
};

// Shared with whoever watches or steers the import; all thread-safe.
struct ImportControl {
  std::atomic<bool> pause{false};
  std::atomic<bool> cancel{false};
  // Called now and then with the state so far, from the import's threads, one call at a time.
  std::function<void(const ImportReport&)> on_progress;
};

// Runs to the end (or cancel). The job's record, under `job_id`, is kept in the collection's store.
// Only trouble that concerns all of it (store, encoder) is a Status; a bad file is an entry in
// `failed`. Files that are no pictures by content: failed when named in `paths` directly or when
// their extension is a picture's, else ignored quietly (sidecar files, folders' litter).
absl::StatusOr<ImportReport> RunImport(Collection& collection, const Encoder& encoder,
                                       const std::string& job_id, const ImportOptions& options,
                                       ImportControl& control);

std::string NewJobId();
std::string ImportReportToJson(const ImportReport& report);
absl::StatusOr<ImportReport> ImportReportFromJson(const std::string& json);

}  // namespace imago

#endif  // IMAGO_INDEX_IMPORTER_H_
