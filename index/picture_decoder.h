#ifndef IMAGO_INDEX_PICTURE_DECODER_H_
#define IMAGO_INDEX_PICTURE_DECODER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/encoder.h"
#include "embed/prepare_image.h"

namespace imago {

// As PrepareImage; not thread-safe. kUnavailable is trouble with the decoder, not with the picture.
using PictureDecoder =
    std::function<absl::StatusOr<PreparedImage>(absl::Span<const uint8_t> bytes)>;

// What indexing wants of a picture: its input for `encoder` and its thumbnail, JPEGs decoded no
// larger than need be.
PrepareOptions OptionsToIndex(const DecodeOptions& limits, const Encoder& encoder);

// Decodes in a child process running `worker_program` (decode_worker.h), started at the first
// picture; in this process when that is empty.
PictureDecoder NewPictureDecoder(const std::string& worker_program, const PrepareOptions& options);

}  // namespace imago

#endif  // IMAGO_INDEX_PICTURE_DECODER_H_
