#include "web/hub_pull.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "embed/decode_image.h"
#include "embed/shard_index.h"
#include "fmt/format.h"
#include "storage/durable_file.h"
#include "storage/sha256.h"
#include "web/hub_checksum.h"
#include "web/hub_http.h"
#include "web/hub_listing.h"

namespace imago {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int64_t kMaxListingBytes = 32 << 20;
constexpr int64_t kMaxSmallFileBytes = 64 << 20;
constexpr char kComplete[] = "complete.json";

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() &&
         std::string_view(text).substr(text.size() - end.size()) == end;
}

bool IsRevision(const std::string& revision) {
  return !revision.empty() && revision.size() <= 200 && revision[0] != '.' && revision[0] != '/' &&
         revision.find("..") == std::string::npos &&
         std::all_of(revision.begin(), revision.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) || c == '-' || c == '_' || c == '.' ||
                  c == '/';
         });
}

// ORG and NAME.
absl::StatusOr<std::pair<std::string, std::string>> SplitRepository(const std::string& repository) {
  const size_t slash = repository.find('/');
  if (slash != std::string::npos) {
    std::pair<std::string, std::string> parts(repository.substr(0, slash),
                                              repository.substr(slash + 1));
    if (IsPlainHubName(parts.first) && IsPlainHubName(parts.second)) return parts;
  }
  return absl::InvalidArgumentError(fmt::format("\"{}\" is no ORG/NAME of the hub", repository));
}

bool IsWeights(const std::string& name) {
  return EndsWith(name, ".safetensors") || EndsWith(name, ".bin") || EndsWith(name, ".pt");
}

class Pull {
 public:
  Pull(const PullOptions& options, HubUrl endpoint, fs::path home, const PullProgress& progress)
      : options_(options),
        http_(endpoint, options.token),
        home_(std::move(home)),
        progress_(progress) {}

  absl::StatusOr<std::string> Run() {
    const auto listing = List();
    if (!listing.ok()) return listing.status();
    const fs::path folder = home_ / listing->commit;
    auto chosen = ChooseHubFiles(*listing);
    if (!chosen.ok()) return Named(chosen.status());
    auto status = MakeFolders(folder.string());
    if (!status.ok()) return status;
    files_ = *std::move(chosen);
    for (size_t i = 0; i < files_.size(); ++i) {
      if (status = Fetch(listing->commit, folder, i); !status.ok()) return status;
      if (!EndsWith(files_[i].name, ".index.json")) continue;
      if (status = AddShards(*listing, folder / files_[i].name); !status.ok()) return status;
    }
    if (status = Complete(folder); !status.ok()) return status;
    if (status = Remember(listing->commit); !status.ok()) return status;
    return folder.string();
  }

  absl::StatusOr<std::string> RunOffline() const {
    const auto commit = ReadFile(RefPath().string(), 100);
    const bool is_commit =
        options_.revision.size() == 40 && ParseHubChecksum(options_.revision) == options_.revision;
    if (!commit.ok() && !is_commit) return NotCached();
    const std::string sha = commit.ok() ? ParseHubChecksum(*commit) : options_.revision;
    if (sha.size() != 40) return NotCached();
    const fs::path folder = home_ / sha;
    const auto json = ReadFile((folder / kComplete).string(), kMaxListingBytes);
    if (!json.ok()) return NotCached();
    const Json complete = Json::parse(*json, nullptr, /*allow_exceptions=*/false);
    if (!complete.is_object()) return NotCached();
    for (const auto& [name, checksum] : complete.items()) {
      if (!IsPlainHubName(name) || !checksum.is_string()) return NotCached();
      auto status = CheckHubFile((folder / name).string(), checksum.get<std::string>());
      if (!status.ok()) return status;
    }
    return folder.string();
  }

 private:
  absl::Status Named(const absl::Status& status) const {
    return absl::Status(status.code(),
                        fmt::format("{}: {}", options_.repository, std::string(status.message())));
  }
  absl::Status NotCached() const {
    return absl::NotFoundError(fmt::format("{} at {} is not whole in the cache {}",
                                           options_.repository, options_.revision,
                                           options_.cache_dir));
  }
  fs::path RefPath() const { return home_ / "refs" / EscapeUrlPart(options_.revision); }

  // The list of files, tried again as often as a file is.
  absl::StatusOr<HubListing> List() const {
    const auto [org, name] = *SplitRepository(options_.repository);
    const std::string path =
        fmt::format("/api/models/{}/{}/revision/{}?blobs=true", EscapeUrlPart(org),
                    EscapeUrlPart(name), EscapeUrlPart(options_.revision));
    const HubProgress keep = [this](int64_t) { return progress_(options_.repository, 0, 0); };
    for (int attempt = 1;; ++attempt) {
      const auto json = GetSmall(path);
      if (json.ok()) {
        auto listing = ParseHubListing(*json);
        return listing.ok() ? listing : Named(listing.status());
      }
      if (!MayRetry(json.status()) || attempt >= options_.retries.attempts) return json.status();
      auto status = WaitToRetry(options_.retries, attempt, keep, 0);
      if (!status.ok()) return status;
    }
  }

  absl::StatusOr<std::string> GetSmall(const std::string& path) const {
    std::string body;
    const auto append = [&](std::string_view bytes) -> absl::Status {
      if (body.size() + bytes.size() > static_cast<size_t>(kMaxListingBytes)) {
        return absl::ResourceExhaustedError(
            fmt::format("{}: the list of files is endless", options_.repository));
      }
      body += bytes;
      return absl::OkStatus();
    };
    const auto reply = http_.Get(path, {},
                                 {[&](const HubReply&) {
                                    body.clear();
                                    return absl::OkStatus();
                                  },
                                  append});
    if (!reply.ok()) return reply.status();
    if (reply->status == 200) return body;
    return HubError(*reply, fmt::format("{} at {}", options_.repository, options_.revision));
  }

  absl::Status Fetch(const std::string& commit, const fs::path& folder, size_t index) {
    const HubFile& file = files_[index];
    std::error_code failed;
    const bool there = fs::exists(folder / file.name, failed);
    if (!there) {
      const auto [org, name] = *SplitRepository(options_.repository);
      const HubDownload download{fmt::format("/{}/{}/resolve/{}/{}", EscapeUrlPart(org),
                                             EscapeUrlPart(name), commit, EscapeUrlPart(file.name)),
                                 file, folder.string(),
                                 IsWeights(file.name)
                                     ? options_.max_bytes
                                     : std::min(kMaxSmallFileBytes, options_.max_bytes)};
      const HubProgress progress = [&](int64_t bytes) {
        return progress_(file.name, done_ + bytes, std::max(Total(), done_ + bytes));
      };
      auto status = DownloadHubFile(http_, download, options_.retries, progress);
      if (!status.ok()) return Named(status);
    }
    done_ += static_cast<int64_t>(fs::file_size(folder / file.name, failed));
    return absl::OkStatus();
  }

  // The shards of the index become files of the pull, in its place.
  absl::Status AddShards(const HubListing& listing, const fs::path& index_path) {
    const auto json = ReadFile(index_path.string(), kMaxSmallFileBytes);
    if (!json.ok()) return json.status();
    const auto index = ParseShardIndex(*json);
    if (!index.ok()) return Named(index.status());
    for (const std::string& name : index->files) {
      const auto found = std::find_if(listing.files.begin(), listing.files.end(),
                                      [&](const HubFile& file) { return file.name == name; });
      if (found == listing.files.end()) {
        return absl::NotFoundError(
            fmt::format("{}: the hub has no {}, which the index names", options_.repository, name));
      }
      files_.push_back(*found);
    }
    return absl::OkStatus();
  }

  int64_t Total() const {
    int64_t total = 0;
    for (const HubFile& file : files_) total += std::max<int64_t>(0, file.size);
    return total;
  }

  // Names the files and their checksums, which are taken anew: the hub may have told only some.
  absl::Status Complete(const fs::path& folder) const {
    Json complete = Json::object();
    for (const HubFile& file : files_) {
      const auto checksum = Sha256File((folder / file.name).string());
      if (!checksum.ok()) return checksum.status();
      complete[file.name] = *checksum;
    }
    return WriteFileDurably((folder / kComplete).string(), complete.dump(1) + "\n");
  }

  absl::Status Remember(const std::string& commit) const {
    auto status = MakeFolders((home_ / "refs").string());
    return status.ok() ? WriteFileDurably(RefPath().string(), commit) : status;
  }

  const PullOptions& options_;
  HubHttp http_;
  fs::path home_;
  const PullProgress& progress_;
  std::vector<HubFile> files_;
  int64_t done_ = 0;
};

}  // namespace

std::string DefaultHubCache() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  if (const std::string set = environment("XDG_CACHE_HOME"); !set.empty()) {
    return (fs::path(set) / "imago/hub").string();
  }
  const std::string home = environment("HOME");
  return (fs::path(home.empty() ? "." : home) / ".cache/imago/hub").string();
}

absl::StatusOr<std::string> PullFromHub(const PullOptions& options, const PullProgress& progress) {
  const auto repository = SplitRepository(options.repository);
  if (!repository.ok()) return repository.status();
  if (!IsRevision(options.revision)) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is no revision", options.revision));
  }
  const auto endpoint = ParseHubUrl(options.endpoint);
  if (!endpoint.ok()) return endpoint.status();
  const std::string host = EscapeUrlPart(endpoint->origin.substr(endpoint->origin.find("://") + 3));
  const fs::path home = fs::path(options.cache_dir) / host / repository->first / repository->second;
  Pull pull(options, *endpoint, home, progress);
  return options.offline ? pull.RunOffline() : pull.Run();
}

}  // namespace imago
