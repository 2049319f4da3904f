#include "storage/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "storage/descriptor.h"

namespace imago {
namespace {

absl::Status CannotOpen(const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot open '{}'", path));
}

}  // namespace

void MappedFile::Unmapper::operator()(const char* bytes) const {
  munmap(const_cast<char*>(bytes), size);
}

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (file.fd < 0 || fstat(file.fd, &facts) != 0) return CannotOpen(path);
  if (!S_ISREG(facts.st_mode))
    return absl::InvalidArgumentError(fmt::format("'{}' is no file", path));
  MappedFile mapped;
  if (facts.st_size == 0) return mapped;
  const auto size = static_cast<size_t>(facts.st_size);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (bytes == MAP_FAILED) return CannotOpen(path);
  mapped.bytes_ = {static_cast<const char*>(bytes), Unmapper(size)};
  return mapped;
}

}  // namespace imago
