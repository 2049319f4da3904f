#ifndef IMAGO_QUERY_PICTURE_ROWS_H_
#define IMAGO_QUERY_PICTURE_ROWS_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/encoder.h"
#include "query/classify.h"
#include "query/collections.h"

namespace imago {

// [pictures, dim], unit length. Decoded pictures go through the encoder together; of stored ones
// the vector is looked up. kNotFound for a collection or item that is not there; such messages
// start with "inputs[<number>]: ".
absl::StatusOr<Matrix> PictureRows(const Encoder& encoder, Collections& collections,
                                   absl::Span<const PictureToClassify> pictures);

}  // namespace imago

#endif  // IMAGO_QUERY_PICTURE_ROWS_H_
