#include "embed/zip_archive.h"

#include <sys/stat.h>
#include <zip.h>

#include <cerrno>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr zip_int64_t kMaxEntries = 200'000;

struct ErrorText {
  ErrorText() { zip_error_init(&error); }
  ErrorText(const ErrorText&) = delete;
  ErrorText& operator=(const ErrorText&) = delete;
  ~ErrorText() { zip_error_fini(&error); }
  absl::Status Broken(const char* what) {
    return absl::DataLossError(fmt::format("zip: {}: {}", what, zip_error_strerror(&error)));
  }
  zip_error_t error;
};

using File = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

}  // namespace

struct ZipArchive::Impl {
  ~Impl() {
    if (zip != nullptr) zip_discard(zip);
  }
  std::string bytes;  // of Parse: the archive reads from them
  uint64_t size = 0;  // of the whole file
  zip_t* zip = nullptr;
};

ZipArchive::ZipArchive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;
ZipArchive::~ZipArchive() = default;

absl::StatusOr<ZipArchive> ZipArchive::Open(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", path));
  }
  auto impl = std::make_unique<Impl>();
  impl->size = static_cast<uint64_t>(facts.st_size);
  ErrorText text;
  int code = 0;
  impl->zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (impl->zip == nullptr) {
    zip_error_init_with_code(&text.error, code);
    return text.Broken(path.c_str());
  }
  ZipArchive archive(std::move(impl));
  if (auto status = archive.List(); !status.ok()) return status;
  return archive;
}

absl::StatusOr<ZipArchive> ZipArchive::Parse(std::string bytes) {
  auto impl = std::make_unique<Impl>();
  impl->bytes = std::move(bytes);
  impl->size = impl->bytes.size();
  ErrorText text;
  zip_source_t* source =
      zip_source_buffer_create(impl->bytes.data(), impl->bytes.size(), /*freep=*/0, &text.error);
  if (source == nullptr) return text.Broken("cannot read");
  impl->zip = zip_open_from_source(source, ZIP_RDONLY, &text.error);
  if (impl->zip == nullptr) {
    zip_source_free(source);
    return text.Broken("cannot open");
  }
  ZipArchive archive(std::move(impl));
  if (auto status = archive.List(); !status.ok()) return status;
  return archive;
}

absl::Status ZipArchive::List() {
  const zip_int64_t count = zip_get_num_entries(impl_->zip, 0);
  if (count > kMaxEntries) {
    return absl::DataLossError(fmt::format("zip: {} entries, {} is the limit", count, kMaxEntries));
  }
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t facts;
    if (zip_stat_index(impl_->zip, static_cast<zip_uint64_t>(i), 0, &facts) != 0) {
      return absl::DataLossError(fmt::format("zip: entry {} is broken", i));
    }
    if ((facts.valid & ZIP_STAT_NAME) == 0 || (facts.valid & ZIP_STAT_SIZE) == 0) {
      return absl::DataLossError(fmt::format("zip: entry {} has no name or no size", i));
    }
    if (!sizes_.emplace(facts.name, facts.size).second) {
      return absl::DataLossError(fmt::format("zip: \"{}\" comes twice", facts.name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ZipArchive::Read(const std::string& name, uint64_t max_bytes) const {
  zip_stat_t facts;
  if (sizes_.count(name) == 0 || zip_stat(impl_->zip, name.c_str(), 0, &facts) != 0) {
    return absl::NotFoundError(fmt::format("zip: no entry \"{}\"", name));
  }
  if (facts.comp_method != ZIP_CM_STORE || facts.encryption_method != ZIP_EM_NONE) {
    return absl::UnimplementedError(
        fmt::format("zip: \"{}\" is compressed or encrypted, only stored entries are read", name));
  }
  if (facts.size != facts.comp_size || facts.size > impl_->size) {
    return absl::DataLossError(
        fmt::format("zip: \"{}\" has the impossible size {}", name, facts.size));
  }
  if (facts.size > max_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("zip: \"{}\" has {} bytes, {} is the limit", name, facts.size, max_bytes));
  }
  const File file(zip_fopen_index(impl_->zip, facts.index, 0), &zip_fclose);
  if (!file) {
    return absl::DataLossError(fmt::format("zip: \"{}\": {}", name, zip_strerror(impl_->zip)));
  }
  std::string bytes(facts.size, '\0');
  // Reading to the end is what compares the checksum.
  char beyond = 0;
  const bool whole =
      zip_fread(file.get(), bytes.data(), facts.size) == static_cast<zip_int64_t>(facts.size) &&
      zip_fread(file.get(), &beyond, 1) == 0;
  if (!whole) {
    return absl::DataLossError(
        fmt::format("zip: \"{}\" is torn or does not fit its checksum", name));
  }
  return bytes;
}

}  // namespace imago
