#include "embed/sandbox.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

absl::Status Failed(const char* what, int error) {
  return absl::UnavailableError(fmt::format("sandbox: {}: {}", what, std::strerror(error)));
}

absl::Status Limit(int resource, rlim_t most) {
  const rlimit limit = {most, most};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0) return absl::OkStatus();
  return Failed("setrlimit", errno);
}

absl::Status LimitMemory(int64_t max_bytes) {
  int64_t pages = 0;
  if (!(std::ifstream("/proc/self/statm") >> pages)) {
    return absl::UnavailableError("sandbox: cannot read /proc/self/statm");
  }
  return Limit(RLIMIT_AS, pages * sysconf(_SC_PAGESIZE) + max_bytes);
}

struct FilterReleaser {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterReleaser>;

// Adds rules one after another and remembers the first failure.
class RuleList {
 public:
  explicit RuleList(void* filter) : filter_(filter) {}

  void Allow(int call) {
    if (error_ == 0) error_ = seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, call, 0, nullptr);
  }
  void AllowIf(int call, scmp_arg_cmp condition) {
    if (error_ == 0) error_ = seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, call, 1, &condition);
  }
  int error() const { return error_; }

 private:
  void* filter_;
  int error_ = 0;
};

int AddRules(void* filter, int fd) {
  RuleList rules(filter);
  const scmp_datum_t own_fd = fd;
  const scmp_datum_t own_pid = getpid();
  rules.AllowIf(SCMP_SYS(read), SCMP_A0_64(SCMP_CMP_EQ, own_fd));
  rules.AllowIf(SCMP_SYS(write), SCMP_A0_64(SCMP_CMP_EQ, own_fd));
  rules.AllowIf(SCMP_SYS(write), SCMP_A0_64(SCMP_CMP_EQ, STDERR_FILENO));
  // Memory, but none that can be run.
  rules.AllowIf(SCMP_SYS(mmap), SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  rules.AllowIf(SCMP_SYS(mprotect), SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  for (const int call : {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)}) {
    rules.Allow(call);
  }
  for (const int call :
       {SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
        SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
        SCMP_SYS(exit), SCMP_SYS(exit_group)}) {
    rules.Allow(call);
  }
  rules.Allow(SCMP_SYS(sysinfo));      // glibc's qsort asks how much memory there is
  rules.Allow(SCMP_SYS(sigaltstack));  // AddressSanitizer asks for it at every longjmp
  // What abort() needs to say that it was one.
  rules.Allow(SCMP_SYS(rt_sigprocmask));
  rules.Allow(SCMP_SYS(rt_sigreturn));
  rules.AllowIf(SCMP_SYS(tgkill), SCMP_A0_64(SCMP_CMP_EQ, own_pid));
  return rules.error();
}

absl::Status FilterCalls(int fd) {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (filter == nullptr) return absl::UnavailableError("sandbox: no system call filter");
  // For every thread: a library may have started some when it was loaded.
  if (const int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); error != 0) {
    return Failed("all threads", -error);
  }
  if (const int error = AddRules(filter.get(), fd); error != 0) return Failed("rule", -error);
  if (const int error = seccomp_load(filter.get()); error != 0) return Failed("filter", -error);
  return absl::OkStatus();
}

}  // namespace

absl::Status EnterSandbox(int fd, int64_t max_memory_bytes) {
  ActiveKernels();  // the choice may ask for AMX's registers, a call that is not allowed later
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("no new privileges", errno);
  if (auto s = Limit(RLIMIT_CORE, 0); !s.ok()) return s;
  if (auto s = Limit(RLIMIT_FSIZE, 0); !s.ok()) return s;
  if (max_memory_bytes > 0) {
    if (auto s = LimitMemory(max_memory_bytes); !s.ok()) return s;
  }
  return FilterCalls(fd);
}

}  // namespace imago
