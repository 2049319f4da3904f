#include "embed/decode_worker.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "embed/decode_protocol.h"
#include "embed/sandbox.h"

namespace imago {
namespace {

bool ReadAll(void* out, size_t size) {
  char* to = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t n = read(kWorkerFd, to, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    size -= n;
  }
  return true;
}

bool WriteAll(const void* in, size_t size) {
  const char* from = static_cast<const char*>(in);
  while (size > 0) {
    const ssize_t n = write(kWorkerFd, from, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    from += n;
    size -= n;
  }
  return true;
}

PrepareOptions OptionsOf(const DecodeRequest& request) {
  PrepareOptions options;
  options.decode.max_bytes = static_cast<int64_t>(request.file_bytes);
  options.decode.max_pixels = request.max_pixels;
  options.decode.max_ratio = request.max_ratio;
  options.decode.min_short_side = request.min_short_side;
  options.preprocess.size = request.input_size;
  options.preprocess.mode = request.squash != 0 ? ResizeMode::kSquash : ResizeMode::kShortSide;
  options.thumbnail_side = request.thumbnail_side;
  return options;
}

bool SendError(const absl::Status& status) {
  const std::string message = std::string(status.message()).substr(0, kMaxMessageBytes);
  DecodeReply reply{};
  reply.status = static_cast<int32_t>(status.code());
  reply.message_bytes = static_cast<uint32_t>(message.size());
  return WriteAll(&reply, sizeof reply) && WriteAll(message.data(), message.size());
}

bool SendPrepared(const PreparedImage& prepared) {
  DecodeReply reply{};
  reply.format = static_cast<int32_t>(prepared.format);
  reply.full_width = prepared.full_width;
  reply.full_height = prepared.full_height;
  reply.input_width = prepared.input.width;
  reply.input_height = prepared.input.height;
  reply.thumbnail_bytes = static_cast<uint32_t>(prepared.thumbnail.size());
  return WriteAll(&reply, sizeof reply) &&
         WriteAll(prepared.input.rgb.data(), prepared.input.rgb.size()) &&
         WriteAll(prepared.thumbnail.data(), prepared.thumbnail.size());
}

bool Serve(std::vector<uint8_t>& file) {
  DecodeRequest request;
  if (!ReadAll(&request, sizeof request)) return false;
  file.resize(request.file_bytes);
  if (!ReadAll(file.data(), file.size())) return false;
  const auto prepared = PrepareImage(file, OptionsOf(request));
  return prepared.ok() ? SendPrepared(*prepared) : SendError(prepared.status());
}

// Goes through decoding, resizing and encoding once, so that whatever the libraries set up on first
// use is there before the sandbox forbids it.
absl::Status WarmUp() {
  Image image{64, 64, std::vector<uint8_t>(64 * 64 * 3, 128)};
  const auto jpeg = EncodeJpeg(image);
  if (!jpeg.ok()) return jpeg.status();
  const absl::Span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(jpeg->data()),
                                        jpeg->size());
  PrepareOptions options;
  options.thumbnail_side = 24;
  return PrepareImage(bytes, options).status();
}

absl::Status GetReady(int argc, char** argv) {
  if (argc != 3) return absl::InvalidArgumentError("decode-worker: not to be called by hand");
  if (auto s = WarmUp(); !s.ok()) return s;
  return EnterSandbox(kWorkerFd, std::atoll(argv[2]));
}

}  // namespace

int RunDecodeWorker(int argc, char** argv) {
  // Decoding ahead must not take the core that the encoder runs on; when that waits, it is idle.
  constexpr int kPriority = 5;
  setpriority(PRIO_PROCESS, 0, kPriority);
  const absl::Status ready = GetReady(argc, argv);
  if (!ready.ok()) {
    const std::string reason(ready.message());
    WriteAll(reason.data(), reason.size());
    return 3;
  }
  if (!WriteAll(&kWorkerReady, sizeof kWorkerReady)) return 3;
  std::vector<uint8_t> file;
  while (Serve(file)) {
  }
  // Nothing of this process is worth an orderly end, and the sandbox forbids what that might do.
  _exit(0);
}

}  // namespace imago
