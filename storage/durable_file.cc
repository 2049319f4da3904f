#include "storage/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "storage/descriptor.h"

namespace imago {
namespace {
namespace fs = std::filesystem;

absl::Status Failed(std::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, fmt::format("cannot {} '{}'", doing, path));
}

absl::Status SyncFolder(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd < 0) return Failed("open", path);
  return fsync(folder.fd) == 0 ? absl::OkStatus() : Failed("sync", path);
}

std::string ParentOf(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? "." : parent.string();
}

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed("write", path);
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return absl::OkStatus();
}

// `write` gets the open file.
absl::Status WriteAndSync(const std::string& path,
                          const std::function<absl::Status(int fd)>& write) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.fd < 0) return Failed("create", path);
  if (const absl::Status wrote = write(file.fd); !wrote.ok()) return wrote;
  return fsync(file.fd) == 0 ? absl::OkStatus() : Failed("sync", path);
}

absl::Status ReplaceDurably(const std::string& path,
                            const std::function<absl::Status(int fd)>& write) {
  const std::string temporary = path + ".tmp";
  if (const absl::Status wrote = WriteAndSync(temporary, write); !wrote.ok()) {
    std::remove(temporary.c_str());
    return wrote;
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    absl::Status failed = Failed("rename to", path);
    std::remove(temporary.c_str());
    return failed;
  }
  return SyncFolder(ParentOf(path));
}

}  // namespace

absl::Status MakeFolders(const std::string& path) {
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) return absl::OkStatus();
  const std::string parent = ParentOf(path);
  if (const absl::Status made = MakeFolders(parent); !made.ok()) return made;
  if (!fs::create_directory(path, error) && error) {
    errno = error.value();
    return Failed("make the folder", path);
  }
  return SyncFolder(parent);
}

absl::Status WriteFileDurably(const std::string& path, std::string_view bytes) {
  return ReplaceDurably(path, [&](int fd) { return WriteAll(fd, bytes, path); });
}

absl::Status WritePiecesDurably(const std::string& path, size_t count,
                                const std::function<absl::StatusOr<std::string>(size_t)>& piece) {
  return ReplaceDurably(path, [&](int fd) {
    for (size_t i = 0; i < count; ++i) {
      const absl::StatusOr<std::string> bytes = piece(i);
      if (!bytes.ok()) return bytes.status();
      if (const absl::Status wrote = WriteAll(fd, *bytes, path); !wrote.ok()) return wrote;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return Failed("open", path);
  std::string bytes;
  struct stat about {};
  if (fstat(file.fd, &about) == 0 && about.st_size > 0) {
    bytes.reserve(static_cast<size_t>(about.st_size));
  }
  std::string buffer(1 << 18, '\0');
  while (true) {
    const ssize_t got = read(file.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("read", path);
    if (got == 0) return bytes;
    bytes.append(buffer, 0, static_cast<size_t>(got));
  }
}

}  // namespace imago
