#ifndef IMAGO_WEB_HUB_PULL_H_
#define IMAGO_WEB_HUB_PULL_H_

// A model of the Hugging Face hub into a cache that also serves without a network:
//   <cache>/<host>/ORG/NAME/refs/REV          the commit that REV was when last asked
//   <cache>/<host>/ORG/NAME/<commit>/         its files; complete.json, written last, names them

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "web/hub_download.h"

namespace imago {

struct PullOptions {
  std::string repository;  // "ORG/NAME"
  std::string revision = "main";
  std::string endpoint = "https://huggingface.co";
  std::string token;  // sent to the endpoint alone
  std::string cache_dir;
  bool offline = false;
  int64_t max_bytes = int64_t{64} << 30;  // of a file of weights
  HubRetries retries;
};

// The file at work, and the bytes of all files; the total grows when an index names shards.
// False ends the pull, which goes on there next time.
using PullProgress =
    std::function<bool(const std::string& file, int64_t done_bytes, int64_t total_bytes)>;

// $XDG_CACHE_HOME/imago/hub, else ~/.cache/imago/hub.
std::string DefaultHubCache();

// Returns the folder with configuration, tokenizer and weights, every file verified. Offline it
// verifies what the cache holds again. kInvalidArgument: a name, revision or endpoint that is none;
// kNotFound: no such repository or revision, no weights in it, or offline not in the cache; else as
// DownloadHubFile.
absl::StatusOr<std::string> PullFromHub(const PullOptions& options, const PullProgress& progress);

}  // namespace imago

#endif  // IMAGO_WEB_HUB_PULL_H_
