#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "embed/decode_protocol.h"
#include "embed/decode_worker.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Clock = std::chrono::steady_clock;
// Long enough for a busy machine that has to fetch the libraries first.
constexpr std::chrono::seconds kStartTimeout(300);

int MillisecondsLeft(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

// Bytes both ways until a deadline. After a failure every further call fails at once, so that a
// whole exchange is checked once, at its end.
class Conversation {
 public:
  Conversation(int fd, Clock::time_point deadline) : fd_(fd), deadline_(deadline) {}

  bool Send(const void* in, size_t size) {
    const char* from = static_cast<const char*>(in);
    return Move(POLLOUT, size, [&](size_t done) {
      return send(fd_, from + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    });
  }
  bool Receive(void* out, size_t size) {
    char* to = static_cast<char*>(out);
    return Move(POLLIN, size,
                [&](size_t done) { return recv(fd_, to + done, size - done, MSG_DONTWAIT); });
  }
  bool ok() const { return state_ == kOpen; }
  bool timed_out() const { return state_ == kTimedOut; }

 private:
  enum State { kOpen, kTimedOut, kHungUp };

  template <typename Step>
  bool Move(short events, size_t size, Step step) {
    for (size_t done = 0; done < size && ok();) {
      const ssize_t n = step(done);
      if (n > 0) {
        done += n;
      } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        state_ = kHungUp;
      } else {
        Await(events);
      }
    }
    return ok();
  }

  void Await(short events) {
    pollfd poll_fd = {fd_, events, 0};
    const int ready = poll(&poll_fd, 1, MillisecondsLeft(deadline_));
    if (ready == 0) state_ = kTimedOut;
    if (ready < 0 && errno != EINTR) state_ = kHungUp;
  }

  int fd_;
  Clock::time_point deadline_;
  State state_ = kOpen;
};

DecodeRequest RequestOf(absl::Span<const uint8_t> bytes, const PrepareOptions& options) {
  DecodeRequest request{};
  request.file_bytes = bytes.size();
  request.max_pixels = options.decode.max_pixels;
  request.max_ratio = options.decode.max_ratio;
  request.min_short_side = options.decode.min_short_side;
  request.input_size = options.preprocess.size;
  request.squash = options.preprocess.mode == ResizeMode::kSquash ? 1 : 0;
  request.thumbnail_side = options.thumbnail_side;
  return request;
}

bool IsSane(const DecodeReply& reply, const PrepareOptions& options) {
  if (reply.status != 0) {
    return reply.status > 0 &&
           reply.status <= static_cast<int>(absl::StatusCode::kUnauthenticated) &&
           reply.message_bytes <= kMaxMessageBytes && reply.input_width == 0 &&
           reply.input_height == 0 && reply.thumbnail_bytes == 0;
  }
  const int size = options.preprocess.size;
  return reply.format > static_cast<int>(ImageFormat::kUnknown) &&
         reply.format <= static_cast<int>(ImageFormat::kTiff) && reply.full_width > 0 &&
         reply.full_height > 0 && reply.input_width == size && reply.input_height == size &&
         reply.thumbnail_bytes <= kMaxThumbnailBytes && reply.message_bytes == 0;
}

PreparedImage RoomFor(const DecodeReply& reply) {
  PreparedImage prepared;
  prepared.format = static_cast<ImageFormat>(reply.format);
  prepared.full_width = reply.full_width;
  prepared.full_height = reply.full_height;
  prepared.input.width = reply.input_width;
  prepared.input.height = reply.input_height;
  prepared.input.rgb.resize(size_t{3} * reply.input_width * reply.input_height);
  prepared.thumbnail.resize(reply.thumbnail_bytes);
  return prepared;
}

std::string HowItEnded(int wait_status, int cpu_seconds) {
  if (WIFEXITED(wait_status)) {
    return fmt::format("the decoder ended with exit code {}", WEXITSTATUS(wait_status));
  }
  const int number = WTERMSIG(wait_status);
  if (number == SIGXCPU) return fmt::format("the decoder computed for over {} s", cpu_seconds);
  return fmt::format("the decoder crashed with signal {} ({})", number, strsignal(number));
}

// The child's side of the spawn: its socket as kWorkerFd and nothing else of ours, signals as if
// new, a process group of its own so that a Ctrl-C meant for us does not fail a picture.
class SpawnPlan {
 public:
  explicit SpawnPlan(int child_fd) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, child_fd, kWorkerFd);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kWorkerFd + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int Run(const std::string& program, std::string memory, pid_t* pid) {
    std::string name = program;
    std::string command = "decode-worker";
    char* argv[] = {name.data(), command.data(), memory.data(), nullptr};
    return posix_spawn(pid, program.c_str(), &actions_, &attributes_, argv, environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

std::string DecodeWorkerProgram() {
  const char* const own = "/proc/self/exe";
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink(own, error);
  const std::string sibling = (program.parent_path() / "imago-decoder").string();
  return !error && access(sibling.c_str(), X_OK) == 0 ? sibling : own;
}

absl::StatusOr<std::unique_ptr<IsolatedDecoder>> IsolatedDecoder::Start(
    const std::string& program, const IsolatedDecoderOptions& options) {
  std::unique_ptr<IsolatedDecoder> decoder(new IsolatedDecoder(program, options));
  if (auto s = decoder->Spawn(); !s.ok()) return s;
  return decoder;
}

IsolatedDecoder::~IsolatedDecoder() { Kill(); }

void IsolatedDecoder::Kill() {
  if (fd_ >= 0) close(fd_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  fd_ = -1;
  pid_ = -1;
}

absl::Status IsolatedDecoder::Spawn() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::UnavailableError(fmt::format("socketpair: {}", std::strerror(errno)));
  }
  SpawnPlan plan(ends[1]);
  const int error = plan.Run(program_, std::to_string(options_.max_memory_bytes), &pid_);
  close(ends[1]);
  fd_ = ends[0];
  if (error == 0) return AwaitReady();
  pid_ = -1;
  Kill();
  return absl::UnavailableError(fmt::format("cannot run {}: {}", program_, std::strerror(error)));
}

absl::Status IsolatedDecoder::AwaitReady() {
  Conversation talk(fd_, Clock::now() + kStartTimeout);
  char first = 0;
  if (talk.Receive(&first, 1) && first == kWorkerReady) return absl::OkStatus();
  std::string reason(1, first);
  for (char c; reason.size() < kMaxMessageBytes && talk.Receive(&c, 1);) reason += c;
  Kill();
  return absl::UnavailableError(fmt::format("{} decode-worker does not come up: {}", program_,
                                            first == 0 ? "it says nothing" : reason));
}

void IsolatedDecoder::LimitCpu() const {
  clockid_t clock;
  timespec used;
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) return;
  rlimit limit;
  if (prlimit(pid_, RLIMIT_CPU, nullptr, &limit) != 0) return;
  const rlim_t most = used.tv_sec + 1 + options_.cpu_seconds;
  // The hard limit stays: what is lowered once may not be raised for the next picture.
  limit.rlim_cur = std::min(most, limit.rlim_max);
  prlimit(pid_, RLIMIT_CPU, &limit, nullptr);
}

absl::Status IsolatedDecoder::Bury() {
  std::string reason = "the decoder hung up";
  // Who hangs up is dying, and soon seen dead.
  for (int i = 0; i < 100 && pid_ > 0; ++i) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      reason = HowItEnded(status, options_.cpu_seconds);
      pid_ = -1;
    } else {
      usleep(10'000);
    }
  }
  Kill();
  return absl::DataLossError(reason);
}

absl::StatusOr<PreparedImage> IsolatedDecoder::Exchange(absl::Span<const uint8_t> bytes,
                                                        const PrepareOptions& options) {
  Conversation talk(fd_, Clock::now() + std::chrono::milliseconds(options_.timeout_ms));
  const DecodeRequest request = RequestOf(bytes, options);
  DecodeReply reply{};
  talk.Send(&request, sizeof request);
  talk.Send(bytes.data(), bytes.size());
  talk.Receive(&reply, sizeof reply);
  if (talk.ok() && !IsSane(reply, options)) {
    Kill();
    return absl::DataLossError("the decoder went astray");
  }
  std::string message(reply.message_bytes, '\0');
  talk.Receive(message.data(), message.size());
  PreparedImage prepared = RoomFor(reply);
  talk.Receive(prepared.input.rgb.data(), prepared.input.rgb.size());
  talk.Receive(prepared.thumbnail.data(), prepared.thumbnail.size());
  if (talk.timed_out()) {
    Kill();
    return absl::DataLossError(fmt::format("the decoder took over {} ms", options_.timeout_ms));
  }
  if (!talk.ok()) return Bury();
  if (reply.status == 0) return prepared;
  return absl::Status(static_cast<absl::StatusCode>(reply.status), message);
}

absl::StatusOr<PreparedImage> IsolatedDecoder::Prepare(absl::Span<const uint8_t> bytes,
                                                       const PrepareOptions& options) {
  if (static_cast<int64_t>(bytes.size()) > options.decode.max_bytes) {
    return absl::InvalidArgumentError(fmt::format("{} bytes are over the limit of {} bytes",
                                                  bytes.size(), options.decode.max_bytes));
  }
  // One that died while it waited is not this picture's fault.
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) {
    pid_ = -1;
    Kill();
  }
  if (pid_ < 0) {
    if (auto s = Spawn(); !s.ok()) return s;
  }
  LimitCpu();
  return Exchange(bytes, options);
}

}  // namespace imago
