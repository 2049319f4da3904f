#include "storage/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace imago {
namespace {

absl::Status CannotOpen(const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot open '{}'", path));
}

// `size` bytes; null for an error, which errno tells.
const char* Map(int fd, size_t size) {
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  return bytes == MAP_FAILED ? nullptr : static_cast<const char*>(bytes);
}

}  // namespace

void MappedFile::Unmapper::operator()(const char* bytes) const {
  munmap(const_cast<char*>(bytes), size);
}

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return CannotOpen(path);
  MappedFile file;
  absl::Status status;
  struct stat facts {};
  if (fstat(fd, &facts) != 0) {
    status = CannotOpen(path);
  } else if (!S_ISREG(facts.st_mode)) {
    status = absl::InvalidArgumentError(fmt::format("'{}' is no file", path));
  } else if (facts.st_size > 0) {
    const auto size = static_cast<size_t>(facts.st_size);
    file.bytes_ = {Map(fd, size), Unmapper(size)};
    if (file.bytes_ == nullptr) status = CannotOpen(path);
  }
  close(fd);
  if (!status.ok()) return status;
  return file;
}

}  // namespace imago
