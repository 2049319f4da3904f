#ifndef IMAGO_EMBED_ZIP_ARCHIVE_H_
#define IMAGO_EMBED_ZIP_ARCHIVE_H_

// Stored (not compressed) entries of a zip file, by libzip. Nothing is unpacked, so what is read is
// never larger than the file.

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace imago {

// Errors: kNotFound for a path without a file or a name without an entry, kDataLoss for a broken
// file or an entry that does not fit its checksum, kUnimplemented for an entry that is compressed
// or encrypted when it is read. One thread at a time.
class ZipArchive {
 public:
  static absl::StatusOr<ZipArchive> Open(const std::string& path);
  static absl::StatusOr<ZipArchive> Parse(std::string bytes);
  ZipArchive(ZipArchive&&) noexcept;
  ZipArchive& operator=(ZipArchive&&) noexcept;
  ~ZipArchive();

  // Names and sizes.
  const std::map<std::string, uint64_t>& entries() const { return sizes_; }
  // kInvalidArgument when larger than max_bytes.
  absl::StatusOr<std::string> Read(const std::string& name, uint64_t max_bytes) const;

 private:
  struct Impl;
  explicit ZipArchive(std::unique_ptr<Impl> impl);
  absl::Status List();

  std::unique_ptr<Impl> impl_;
  std::map<std::string, uint64_t> sizes_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_ZIP_ARCHIVE_H_
