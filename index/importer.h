#ifndef IMAGO_INDEX_IMPORTER_H_
#define IMAGO_INDEX_IMPORTER_H_

// The write path: walks folders, skips what the collection has, decodes on several threads into a
// bounded queue, embeds full batches on one thread, and writes each batch durably. Stopping at any
// moment loses and doubles nothing; running again goes on.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
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
bool HasEnded(ImportState state);                     // kCompleted and what follows it

struct ImportCounts {
  uint64_t discovered = 0;  // pictures, by extension, by content or named in `paths`; captions
  uint64_t embedded = 0;    // pictures that went through the encoder
  uint64_t indexed = 0;     // items written (embedded, or with vectors copied from the same bytes)
  uint64_t skipped = 0;     // already there, unchanged
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
  std::vector<FailedFile> failed;  // sorted by path at the end; the first 10,000 only
  std::string error;               // why the whole job failed, if it did
  double seconds = 0;
};

struct ImportOptions {
  std::vector<std::string>
      paths{};  // files and folders; symbolic links to folders are not followed. A file
                // named here that ends in ".tsv" is a table of captions (caption_table.h)
  std::vector<std::string> captions{};  // further tables of captions, whatever their names
  std::vector<std::string> only{};  // when not empty: just these files (retry of the failed ones)
  int decode_threads = 0;           // 0: number of cores
  int batch = 32;
  DecodeOptions decode{};       // its min_short_side is set by the import
  std::string decode_worker{};  // program that decodes, one process for each decode thread; empty:
                                // in this process
  bool prune = false;  // removes items below `paths` whose files are gone; nothing below a path
                       // that is itself gone, which may be a drive that is not mounted
};

// Shared with whoever watches or steers the import; all thread-safe.
struct ImportControl {
  std::atomic<bool> pause{false};
  std::atomic<bool> cancel{false};
  // Called now and then with the state so far, from the import's threads, one call at a time.
  std::function<void(const ImportReport&)> on_progress;
};

// Runs to the end (or cancel). Ids are the files' paths as given (a folder's argument joined with
// the path below it, lexically normal); walk.h says which files a folder has. A file of known size
// and time is not even read; one whose bytes are known, under this id or another, is not embedded.
// A file that changed keeps its item's caption and metadata. The job's record, under `job_id`, is
// kept in the collection's store (kJobBlob, ImportReportToJson). Only trouble that concerns all of
// it (store, encoder) is a Status; a bad file is an entry in `failed`. Files that are no pictures
// by content: failed when named in `paths` directly or when their extension is a picture's, else
// ignored quietly (sidecar files, folders' litter). A pause keeps what is queued; a cancel still
// writes what has been embedded.
absl::StatusOr<ImportReport> RunImport(Collection& collection, const Encoder& encoder,
                                       const std::string& job_id, const ImportOptions& options,
                                       ImportControl& control);

// "imp-" and 24 hex digits, the first twelve of them the time, so that ids sort by it.
std::string NewJobId();
std::string ImportReportToJson(const ImportReport& report);
absl::StatusOr<ImportReport> ImportReportFromJson(const std::string& json);

}  // namespace imago

#endif  // IMAGO_INDEX_IMPORTER_H_
