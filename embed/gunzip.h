#ifndef IMAGO_EMBED_GUNZIP_H_
#define IMAGO_EMBED_GUNZIP_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace imago {

bool IsGzip(std::string_view bytes);
// kDataLoss when torn or corrupt or when it would unpack to more than `max_bytes`.
absl::StatusOr<std::string> Gunzip(std::string_view bytes, size_t max_bytes);

}  // namespace imago

#endif  // IMAGO_EMBED_GUNZIP_H_
