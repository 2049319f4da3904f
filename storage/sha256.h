#ifndef IMAGO_STORAGE_SHA256_H_
#define IMAGO_STORAGE_SHA256_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace imago {

// SHA-256 as 64 lower-case hex digits (OpenSSL).
std::string Sha256(std::string_view bytes);
absl::StatusOr<std::string> Sha256File(const std::string& path);

}  // namespace imago

#endif  // IMAGO_STORAGE_SHA256_H_
