#include "index/importer.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "fmt/format.h"
#include "index/bounded_queue.h"
#include "index/caption_table.h"
#include "index/import_file.h"
#include "index/import_progress.h"
#include "index/picture_decoder.h"
#include "index/prune.h"
#include "index/walk.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// So that a run of copies, which need no encoder, is written in portions too.
constexpr size_t kMaxEntries = 512;
// Where no more are ready, so many are worth a pass of the encoder: it would only be idle.
constexpr int kFewInputs = 8;
constexpr int kDecodeNiceness = 10;

class Import {
 public:
  Import(Collection& collection, const Encoder& encoder, const ImportOptions& options,
         ImportControl& control, ImportProgress& progress)
      : collection_(collection),
        encoder_(encoder),
        options_(options),
        control_(control),
        progress_(progress),
        files_(collection, encoder.model(), options.decode.max_bytes, claims_) {}

  absl::Status Run();

 private:
  absl::Status Pass(const std::vector<FoundFile>& files);
  void DecodeFiles(const std::vector<FoundFile>& files);
  bool TakeFile(const FoundFile& file, const PictureDecoder& decode);
  absl::Status EncodeAndWrite();
  absl::Status WriteBatch(std::vector<FileWork> batch);
  absl::Status Embed(std::vector<FileWork>& batch);
  void SetVector(FileWork& work, const Embeddings& embeddings, size_t row);
  void Count(const std::vector<FileWork>& batch);
  void Abort(const absl::Status& status);
  size_t threads() const;

  Collection& collection_;
  const Encoder& encoder_;
  const ImportOptions& options_;
  ImportControl& control_;
  ImportProgress& progress_;
  ContentClaims claims_;
  const FileImporter files_;

  std::unique_ptr<BoundedQueue<FileWork>> queue_;
  std::atomic<size_t> next_{0};
  std::atomic<size_t> decoding_{0};
  std::atomic<bool> aborted_{false};
  std::mutex mutex_;
  std::vector<FoundFile> waiting_;  // for equal bytes that are on their way
  absl::Status status_;             // why it was aborted
};

size_t Import::threads() const {
  if (options_.decode_threads > 0) return static_cast<size_t>(options_.decode_threads);
  return std::max(1u, std::thread::hardware_concurrency());
}

absl::Status Import::Run() {
  if (auto status = progress_.SetState(ImportState::kScanning); !status.ok()) return status;
  size_t counted = 0;
  const auto on_folder = [&](size_t pictures) {
    progress_.Count(&ImportCounts::discovered, pictures - counted);
    counted = pictures;
    progress_.Show();
    return progress_.GoOn();
  };
  std::vector<std::string> tables = options_.captions;
  std::vector<std::string> paths;
  for (const std::string& path : options_.only.empty() ? options_.paths : options_.only) {
    const std::string table = CaptionTableOf(path);
    (table.empty() ? paths : tables).push_back(table.empty() ? path : table);
  }
  WalkResult found = Walk(paths, on_folder);
  progress_.Count(&ImportCounts::discovered, found.pictures - counted + found.failures.size());
  for (const WalkFailure& failure : found.failures) progress_.Fail(failure.path, failure.error);
  if (auto status = progress_.SetState(ImportState::kRunning); !status.ok()) return status;

  std::vector<FoundFile> files = std::move(found.files);
  while (!files.empty() && !control_.cancel) {
    if (auto status = Pass(files); !status.ok()) return status;
    files = std::exchange(waiting_, {});
    for (FoundFile& file : files) file.picture = true;
  }
  tables.erase(std::unique(tables.begin(), tables.end()), tables.end());
  for (const std::string& table : tables) {
    if (auto status = ImportCaptions(collection_, table, progress_); !status.ok()) return status;
  }
  if (control_.cancel) return absl::OkStatus();
  if (auto status = progress_.SetState(ImportState::kFinalizing); !status.ok()) return status;
  if (options_.prune && options_.only.empty()) return PruneGoneFiles(collection_, options_.paths);
  return absl::OkStatus();
}

absl::Status Import::Pass(const std::vector<FoundFile>& files) {
  const size_t workers = std::min(threads(), files.size());
  queue_ = std::make_unique<BoundedQueue<FileWork>>(
      2 * static_cast<size_t>(std::max(1, options_.batch)));
  next_ = 0;
  decoding_ = workers;
  std::vector<std::jthread> decoders;
  for (size_t i = 0; i < workers; ++i) {
    decoders.emplace_back([this, &files] { DecodeFiles(files); });
  }
  if (auto status = EncodeAndWrite(); !status.ok()) Abort(status);
  queue_->Close();  // lets decoders that wait for room end
  decoders.clear();
  return status_;
}

void Import::DecodeFiles(const std::vector<FoundFile>& files) {
  // Of this thread and its decoding process (Linux): where there are fewer cores than threads,
  // decoding goes on while the encoder waits, not the other way round.
  (void)::nice(kDecodeNiceness);
  const PictureDecoder decode =
      NewPictureDecoder(options_.decode_worker, OptionsToIndex(options_.decode, encoder_));
  while (!aborted_ && progress_.GoOn()) {
    const size_t i = next_++;
    if (i >= files.size() || !TakeFile(files[i], decode)) break;
    progress_.Show();
  }
  if (--decoding_ == 0) queue_->Close();
}

// False when the import is over.
bool Import::TakeFile(const FoundFile& file, const PictureDecoder& decode) {
  auto work = files_.Plan(file, decode);
  if (!work.ok()) {
    Abort(work.status());
    return false;
  }
  using Kind = FileWork::Kind;
  if (!file.picture && work->kind != Kind::kIgnore) progress_.Count(&ImportCounts::discovered);
  switch (work->kind) {
    case Kind::kIgnore:
      return true;
    case Kind::kSkip:
      progress_.Count(&ImportCounts::skipped);
      return true;
    case Kind::kFail:
      progress_.Fail(file.path, work->error);
      return true;
    case Kind::kWait: {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(file);
      return true;
    }
    default:
      return queue_->Push(*std::move(work));
  }
}

absl::Status Import::EncodeAndWrite() {
  std::vector<FileWork> batch;
  int inputs = 0;
  while (true) {
    auto work = inputs < kFewInputs ? queue_->Pop() : queue_->TryPop();
    if (control_.cancel || aborted_) return absl::OkStatus();
    if (work) {
      inputs += work->input.has_value();
      batch.push_back(*std::move(work));
      if (inputs < options_.batch && batch.size() < kMaxEntries) continue;
    }
    if (batch.empty()) return absl::OkStatus();
    if (auto status = WriteBatch(std::exchange(batch, {})); !status.ok()) return status;
    inputs = 0;
  }
}

absl::Status Import::WriteBatch(std::vector<FileWork> batch) {
  if (auto status = Embed(batch); !status.ok()) return status;
  std::vector<Entry> entries;
  std::vector<std::string> claimed;
  for (FileWork& work : batch) {
    if (work.kind == FileWork::Kind::kEmbed) claimed.push_back(work.entry.item.sha256);
    if (work.kind == FileWork::Kind::kFail) {
      progress_.Fail(work.entry.item.id, work.error);
    } else {
      entries.push_back(std::move(work.entry));
    }
  }
  if (auto status = collection_.Write(std::move(entries)); !status.ok()) return status;
  for (const std::string& sha256 : claimed) claims_.Release(sha256);
  Count(batch);
  progress_.Show();
  return progress_.Save();
}

absl::Status Import::Embed(std::vector<FileWork>& batch) {
  std::vector<Content> contents;
  for (FileWork& work : batch) {
    if (work.input) contents.push_back(ImageContent{std::move(*work.input)});
  }
  if (contents.empty()) return absl::OkStatus();
  const auto embeddings = encoder_.Encode(contents);
  if (!embeddings.ok()) return embeddings.status();
  size_t row = 0;
  for (FileWork& work : batch) {
    if (work.input) SetVector(work, *embeddings, row++);
  }
  return absl::OkStatus();
}

void Import::SetVector(FileWork& work, const Embeddings& embeddings, size_t row) {
  const MatrixView one = embeddings.rows.view().Slice(row, 1);
  const float square = ActiveKernels().dot_f32(one.data(), one.data(), one.cols());
  if (!(square > 0.99f && square < 1.01f)) {
    work.kind = FileWork::Kind::kFail;
    work.error = "the model makes no vector of it";
    claims_.Fail(work.entry.item.sha256, work.error);
    return;
  }
  const HalfMatrix half = ToHalf(one);
  StoredVector vector;
  vector.key.item_id = work.entry.item.id;
  vector.model = embeddings.model;
  vector.values.assign(half.row(0), half.row(0) + half.cols());
  work.entry.vectors = {std::move(vector)};
  if (!embeddings.events.empty()) work.entry.item.events = embeddings.events[row];
}

void Import::Count(const std::vector<FileWork>& batch) {
  const auto count = [&](FileWork::Kind kind) {
    return static_cast<uint64_t>(std::count_if(
        batch.begin(), batch.end(), [&](const FileWork& work) { return work.kind == kind; }));
  };
  const uint64_t embedded = count(FileWork::Kind::kEmbed);
  progress_.Count(&ImportCounts::embedded, embedded);
  progress_.Count(&ImportCounts::indexed, embedded + count(FileWork::Kind::kCopy));
  progress_.Count(&ImportCounts::skipped, count(FileWork::Kind::kTouch));
}

void Import::Abort(const absl::Status& status) {
  {
    const std::lock_guard lock(mutex_);
    status_.Update(status);
  }
  aborted_ = true;
  queue_->Close();
}

ImportState EndState(const ImportProgress& progress, const ImportControl& control) {
  if (control.cancel) return ImportState::kCancelled;
  return progress.report().counts.failed > 0 ? ImportState::kCompletedWithErrors
                                             : ImportState::kCompleted;
}

}  // namespace

absl::StatusOr<ImportReport> RunImport(Collection& collection, const Encoder& encoder,
                                       const std::string& job_id, const ImportOptions& options,
                                       ImportControl& control) {
  ImportProgress progress(job_id, collection, control);
  Import import(collection, encoder, options, control, progress);
  absl::Status status = import.Run();
  // The index files are only a cache, but a full disk shows here first.
  status.Update(collection.Flush());
  if (!status.ok()) {
    progress.FailAll(status);
    (void)progress.SetState(ImportState::kFailed);  // the first trouble is the one to tell
    return status;
  }
  status = progress.SetState(EndState(progress, control));
  if (!status.ok()) return status;
  return progress.report();
}

}  // namespace imago
