#ifndef IMAGO_QUERY_ITEM_VECTOR_H_
#define IMAGO_QUERY_ITEM_VECTOR_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "storage/store.h"

namespace imago {

// What `encoder` once made of the stored item's picture, [dim]. kNotFound: there is no such item;
// kDataLoss: its vector is of another size.
absl::StatusOr<std::vector<float>> ItemVector(const Store& store, const Encoder& encoder,
                                              const std::string& id);

}  // namespace imago

#endif  // IMAGO_QUERY_ITEM_VECTOR_H_
