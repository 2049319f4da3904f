#ifndef IMAGO_EMBED_PUBLISHED_WRITER_H_
#define IMAGO_EMBED_PUBLISHED_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "embed/bundle.h"
#include "embed/published_names.h"

namespace imago {

// What published folders hold beside the weights: config.json and preprocessor_config.json (Hugging
// Face) or open_clip_config.json, and the tokenizer. ReadPublishedConfig and FindTokenizer read the
// same from it. kUnimplemented: a setting that the layout's configuration cannot say.
absl::Status WritePublishedConfig(const Bundle& bundle, ClipLayout layout, int64_t vocab_size,
                                  const std::string& folder);

}  // namespace imago

#endif  // IMAGO_EMBED_PUBLISHED_WRITER_H_
