#ifndef IMAGO_STORAGE_MAPPED_FILE_H_
#define IMAGO_STORAGE_MAPPED_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace imago {

// The bytes of a file, mapped for reading. A mapped file may be replaced or removed, but must not
// be cut.
class MappedFile {
 public:
  // No bytes.
  MappedFile() = default;
  // The error of open(2), kNotFound and the like; kInvalidArgument for what is no file.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  // Good until this is destroyed; moving it does not change them.
  std::string_view bytes() const {
    return bytes_ == nullptr ? "" : std::string_view(bytes_.get(), bytes_.get_deleter().size);
  }

 private:
  struct Unmapper {
    Unmapper() : size(0) {}
    explicit Unmapper(size_t bytes) : size(bytes) {}
    size_t size;
    void operator()(const char* bytes) const;
  };

  std::unique_ptr<const char, Unmapper> bytes_;
};

}  // namespace imago

#endif  // IMAGO_STORAGE_MAPPED_FILE_H_
