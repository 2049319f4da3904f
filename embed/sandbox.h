#ifndef IMAGO_EMBED_SANDBOX_H_
#define IMAGO_EMBED_SANDBOX_H_

// A process that can only compute.

#include <cstdint>

#include "absl/status/status.h"

namespace imago {

// From here on this process may use memory, read and write `fd`, write to standard error, and end;
// any other system call kills it, so whatever it needs (libraries, tables, threads) must be there
// before. It gains no privileges, leaves no core files, and its address space may grow by
// `max_memory_bytes` (0: without limit). Cannot be undone.
absl::Status EnterSandbox(int fd, int64_t max_memory_bytes);

}  // namespace imago

#endif  // IMAGO_EMBED_SANDBOX_H_
