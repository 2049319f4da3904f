#ifndef IMAGO_WEB_HUB_DOWNLOAD_H_
#define IMAGO_WEB_HUB_DOWNLOAD_H_

// One file of the hub, whole and verified or not there at all.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "web/hub_http.h"
#include "web/hub_listing.h"

namespace imago {

struct HubRetries {
  int attempts = 6;                         // in a row without a new byte
  std::chrono::milliseconds backoff{1000};  // doubles, up to half a minute
};

// Called with the bytes of the file that are there; false ends the work.
using HubProgress = std::function<bool(int64_t bytes)>;

struct HubDownload {
  std::string url_path;  // below the endpoint
  HubFile file;
  std::string folder;     // becomes <folder>/<name>; until then <folder>/.<name>.part
  int64_t max_bytes = 0;  // where the hub does not tell the size, and of what it may tell
};

// What an answer that is not 2xx means, for `what`.
absl::Status HubError(const HubReply& reply, const std::string& what);
// Whether the same request may have better luck later.
bool MayRetry(const absl::Status& status);
// Waits before attempt `attempt` (from 1), in slices between which it asks `progress`.
absl::Status WaitToRetry(const HubRetries& retries, int attempt, const HubProgress& progress,
                         int64_t bytes);

// Goes on with a .part file where one is left. kDataLoss: wrong checksum or none told;
// kResourceExhausted: more bytes than told or allowed, or the disk is full; kPermissionDenied,
// kNotFound, kUnavailable as of the hub; kCancelled.
absl::Status DownloadHubFile(const HubHttp& http, const HubDownload& download,
                             const HubRetries& retries, const HubProgress& progress);

}  // namespace imago

#endif  // IMAGO_WEB_HUB_DOWNLOAD_H_
