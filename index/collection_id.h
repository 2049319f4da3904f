#ifndef IMAGO_INDEX_COLLECTION_ID_H_
#define IMAGO_INDEX_COLLECTION_ID_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/store.h"

namespace imago {

// What a collection says of itself, kept in its store.
struct CollectionId {
  std::string id;  // random; ties index files to the store they were made from
  std::string model;
  int dim = 0;
};

// kNotFound when the store is new, kDataLoss when it is malformed.
absl::StatusOr<CollectionId> ReadCollectionId(const Store& store);
// That of the store, if it is of this model; written anew when the store holds no items yet.
// kFailedPrecondition, naming both models, when it holds items of another.
absl::StatusOr<CollectionId> ClaimCollection(Store& store, const std::string& model, int dim);

}  // namespace imago

#endif  // IMAGO_INDEX_COLLECTION_ID_H_
