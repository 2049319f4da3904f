#ifndef IMAGO_EMBED_DECODE_WORKER_H_
#define IMAGO_EMBED_DECODE_WORKER_H_

// Decoding apart: files that nobody vouches for are decoded by a child process that can do nothing
// but compute (sandbox.h). A file that crashes or holds up the decoder costs that file an error and
// us a new child, nothing more.

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/prepare_image.h"

namespace imago {

struct IsolatedDecoderOptions {
  int timeout_ms = 60'000;  // for one picture, by the clock
  int cpu_seconds = 30;     // for one picture, about
  // Address space beyond what the program itself takes; 0: no limit (sanitizers need that).
  int64_t max_memory_bytes = int64_t{4} << 30;
};

// One child, waiting for pictures. Not thread-safe: one for each thread that decodes.
class IsolatedDecoder {
 public:
  // `program` is one whose main calls RunDecodeWorker when its first argument is "decode-worker";
  // "/proc/self/exe" is the running program itself. kUnavailable: the child did not come up.
  static absl::StatusOr<std::unique_ptr<IsolatedDecoder>> Start(
      const std::string& program, const IsolatedDecoderOptions& options = {});
  ~IsolatedDecoder();
  IsolatedDecoder(const IsolatedDecoder&) = delete;
  IsolatedDecoder& operator=(const IsolatedDecoder&) = delete;

  // As PrepareImage, in the child. kDataLoss also when the child crashed or took too long over this
  // picture; the next call starts another. kUnavailable: no child could be started.
  absl::StatusOr<PreparedImage> Prepare(absl::Span<const uint8_t> bytes,
                                        const PrepareOptions& options);

  pid_t pid() const { return pid_; }  // of the child; -1 while there is none

 private:
  IsolatedDecoder(std::string program, const IsolatedDecoderOptions& options)
      : program_(std::move(program)), options_(options) {}

  absl::Status Spawn();
  absl::Status AwaitReady();
  void LimitCpu() const;
  absl::StatusOr<PreparedImage> Exchange(absl::Span<const uint8_t> bytes,
                                         const PrepareOptions& options);
  absl::Status Bury();  // of a child that hung up: what became of it
  void Kill();

  std::string program_;
  IsolatedDecoderOptions options_;
  pid_t pid_ = -1;
  int fd_ = -1;
};

// "imago-decoder" in the folder of the running program, or where that is missing the running
// program itself.
std::string DecodeWorkerProgram();

// The child's main: arguments as IsolatedDecoder passes them. Serves until its parent hangs up.
int RunDecodeWorker(int argc, char** argv);

}  // namespace imago

#endif  // IMAGO_EMBED_DECODE_WORKER_H_
