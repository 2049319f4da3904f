#ifndef IMAGO_EMBED_STRICT_JSON_H_
#define IMAGO_EMBED_STRICT_JSON_H_

#include <string_view>

#include "absl/status/status.h"

namespace imago {

// OK when `text` is one JSON value in UTF-8 in which no object has a key twice and nothing nests
// deeper than `max_depth`. Parsers commonly keep the last of two equal keys and so can be shown one
// thing and do another; check first, then parse. kInvalidArgument says what is wrong and where.
absl::Status CheckStrictJson(std::string_view text, int max_depth = 16);

}  // namespace imago

#endif  // IMAGO_EMBED_STRICT_JSON_H_
