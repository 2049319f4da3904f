#ifndef IMAGO_EMBED_SENTENCEPIECE_LOAD_H_
#define IMAGO_EMBED_SENTENCEPIECE_LOAD_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "embed/sentencepiece_model.h"

namespace imago {

// A model file's bytes, checked before the library sees them. kInvalidArgument when larger than
// 64 MB, kDataLoss when broken.
absl::StatusOr<std::unique_ptr<SentencePieceModel>> LoadSentencePiece(std::string_view model_file);

}  // namespace imago

#endif  // IMAGO_EMBED_SENTENCEPIECE_LOAD_H_
