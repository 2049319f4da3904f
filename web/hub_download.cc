#include "web/hub_download.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "fmt/format.h"
#include "web/hub_checksum.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxAttempts = 1000;
constexpr int64_t kMaxWaitMs = 30'000;

int64_t ParseNumber(std::string_view text) {
  int64_t value = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? value : -1;
}

std::string Header(const HubReply& reply, const char* name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? "" : found->second;
}

// "bytes 100-199/200": first byte and size of the whole.
std::pair<int64_t, int64_t> ParseContentRange(std::string_view range) {
  constexpr std::string_view kUnit = "bytes ";
  const size_t dash = range.find('-');
  const size_t slash = range.find('/');
  if (range.substr(0, kUnit.size()) != kUnit || dash == range.npos || slash == range.npos) {
    return {-1, -1};
  }
  return {ParseNumber(range.substr(kUnit.size(), dash - kUnit.size())),
          ParseNumber(range.substr(slash + 1))};
}

absl::Status CannotWrite(const std::string& path) {
  if (errno == ENOSPC || errno == EDQUOT) {
    return absl::ResourceExhaustedError(fmt::format("{}: the disk is full", path));
  }
  return absl::ErrnoToStatus(errno, fmt::format("cannot write {}", path));
}

// The file that is being written. Bytes are with the system as soon as Append returns, so that a
// killed program loses none.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)) {
    fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    size_ = fd_ >= 0 ? lseek(fd_, 0, SEEK_END) : -1;
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() {
    if (fd_ >= 0) close(fd_);
  }

  bool ok() const { return size_ >= 0; }
  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  absl::Status Restart() {
    if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) return CannotWrite(path_);
    size_ = 0;
    return absl::OkStatus();
  }
  absl::Status Append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t wrote = write(fd_, bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return CannotWrite(path_);
      bytes.remove_prefix(static_cast<size_t>(wrote));
      size_ += wrote;
    }
    return absl::OkStatus();
  }
  absl::Status Publish(const std::string& name) {
    if (fsync(fd_) != 0 || std::rename(path_.c_str(), name.c_str()) != 0) return CannotWrite(name);
    return absl::OkStatus();
  }

 private:
  std::string path_;
  int fd_ = -1;
  int64_t size_ = -1;
};

class Download {
 public:
  Download(const HubHttp& http, const HubDownload& what, const HubProgress& progress)
      : http_(http),
        what_(what),
        progress_(progress),
        part_((fs::path(what.folder) / ("." + what.file.name + ".part")).string()),
        size_(what.file.size),
        checksum_(what.file.checksum) {}

  // One request from where the part file ends.
  absl::Status Try() {
    if (!part_.ok()) return CannotWrite(part_.path());
    if (size_ > what_.max_bytes) return TooLarge(size_);
    if (size_ >= 0 && part_.size() > size_) {
      if (auto status = part_.Restart(); !status.ok()) return status;
    }
    resumed_ = part_.size() > 0;
    if (size_ >= 0 && part_.size() == size_ && !checksum_.empty()) return Finish();
    HubHeaders headers;
    if (resumed_) headers["Range"] = fmt::format("bytes={}-", part_.size());
    const auto reply = http_.Get(what_.url_path, headers,
                                 {[this](const HubReply& begun) { return Begin(begun); },
                                  [this](std::string_view bytes) { return Append(bytes); }});
    if (!reply.ok()) return reply.status();
    if (reply->status == 416) {
      if (auto status = part_.Restart(); !status.ok()) return status;
      return absl::UnavailableError(
          fmt::format("{}: the hub does not go on where it ended", what_.file.name));
    }
    if (reply->status < 200 || reply->status >= 300) return HubError(*reply, what_.file.name);
    if (size_ >= 0 && part_.size() < size_) {
      return absl::UnavailableError(
          fmt::format("{} ended at byte {} of {}", what_.file.name, part_.size(), size_));
    }
    return Finish();
  }

  int64_t bytes() const { return part_.size(); }

 private:
  absl::Status TooLarge(int64_t size) const {
    return absl::ResourceExhaustedError(fmt::format("{} has at least {} bytes, {} is the limit",
                                                    what_.file.name, size, what_.max_bytes));
  }

  absl::Status Learn(int64_t size) {
    if (size < 0) return absl::OkStatus();
    if (size_ >= 0 && size != size_) {
      return absl::DataLossError(
          fmt::format("{}: the hub says that it has {} bytes and that it has {}", what_.file.name,
                      size_, size));
    }
    size_ = size;
    return size > what_.max_bytes ? TooLarge(size) : absl::OkStatus();
  }

  // Checks what the head says of size and checksum, and where the body begins.
  absl::Status Begin(const HubReply& reply) {
    const std::string linked = ParseHubChecksum(Header(reply, "x-linked-etag"));
    const std::string told = linked.empty() ? ParseHubChecksum(Header(reply, "etag")) : linked;
    // The same file may have an identity by git and one by SHA-256.
    if (checksum_.empty()) checksum_ = told;
    if (told.size() == checksum_.size() && told != checksum_) {
      return absl::DataLossError(fmt::format("{}: the hub names the checksums {} and {}",
                                             what_.file.name, checksum_, told));
    }
    if (checksum_.empty()) {
      return absl::DataLossError(fmt::format("{}: the hub names no checksum", what_.file.name));
    }
    if (auto status = Learn(ParseNumber(Header(reply, "x-linked-size"))); !status.ok()) {
      return status;
    }
    if (reply.status == 206) {
      const auto [first, whole] = ParseContentRange(Header(reply, "content-range"));
      if (first != part_.size()) {
        return absl::DataLossError(fmt::format("{}: asked to go on at byte {}, the hub began at {}",
                                               what_.file.name, part_.size(), first));
      }
      return Learn(whole);
    }
    resumed_ = false;
    if (auto status = part_.Restart(); !status.ok()) return status;
    return Learn(ParseNumber(Header(reply, "content-length")));
  }

  absl::Status Append(std::string_view bytes) {
    const int64_t end = part_.size() + static_cast<int64_t>(bytes.size());
    if (size_ >= 0 && end > size_) {
      return absl::ResourceExhaustedError(
          fmt::format("{} goes on after its {} bytes", what_.file.name, size_));
    }
    if (end > what_.max_bytes) return TooLarge(end);
    if (auto status = part_.Append(bytes); !status.ok()) return status;
    if (progress_(part_.size())) return absl::OkStatus();
    return absl::CancelledError(fmt::format("{}: stopped", what_.file.name));
  }

  absl::Status Finish() {
    auto status = CheckHubFile(part_.path(), checksum_);
    if (status.ok()) return part_.Publish((fs::path(what_.folder) / what_.file.name).string());
    if (auto restarted = part_.Restart(); !restarted.ok()) return restarted;
    // What was left of an earlier time may have been at fault.
    if (resumed_) return absl::UnavailableError(std::string(status.message()));
    std::error_code ignored;
    fs::remove(part_.path(), ignored);
    return status;
  }

  const HubHttp& http_;
  const HubDownload& what_;
  const HubProgress& progress_;
  PartFile part_;
  int64_t size_;
  std::string checksum_;
  bool resumed_ = false;
};

}  // namespace

absl::Status HubError(const HubReply& reply, const std::string& what) {
  const int status = reply.status;
  if (status == 401 || status == 403) {
    return absl::PermissionDeniedError(fmt::format(
        "{}: the hub answers {}: it is private or gated (accept its terms on the hub and "
        "set HF_TOKEN), or it does not exist",
        what, status));
  }
  if (status == 404 || status == 410) {
    return absl::NotFoundError(fmt::format("{}: the hub has none of that name", what));
  }
  if (status == 408 || status == 429 || status >= 500) {
    return absl::UnavailableError(fmt::format("{}: the hub answers {}", what, status));
  }
  return absl::FailedPreconditionError(fmt::format("{}: the hub answers {}", what, status));
}

bool MayRetry(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable;
}

absl::Status WaitToRetry(const HubRetries& retries, int attempt, const HubProgress& progress,
                         int64_t bytes) {
  constexpr int64_t kSliceMs = 50;
  const int64_t doubled = retries.backoff.count() << std::min(attempt - 1, 10);
  for (int64_t left = std::min(doubled, kMaxWaitMs); left > 0; left -= kSliceMs) {
    if (!progress(bytes)) return absl::CancelledError("stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(left, kSliceMs)));
  }
  return absl::OkStatus();
}

absl::Status DownloadHubFile(const HubHttp& http, const HubDownload& download,
                             const HubRetries& retries, const HubProgress& progress) {
  Download work(http, download, progress);
  int failures = 0;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const int64_t before = work.bytes();
    absl::Status status = work.Try();
    if (status.ok() || !MayRetry(status)) return status;
    failures = work.bytes() > before ? 1 : failures + 1;
    if (failures >= retries.attempts) return status;
    status = WaitToRetry(retries, failures, progress, work.bytes());
    if (!status.ok()) return status;
  }
  return absl::UnavailableError(fmt::format("{}: too many attempts", download.file.name));
}

}  // namespace imago
