#ifndef IMAGO_QUERY_COLLECTIONS_H_
#define IMAGO_QUERY_COLLECTIONS_H_

// The collections of a data folder, opened when first asked for.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/collection.h"

namespace imago {

// Thread-safe.
class Collections {
 public:
  // Below `dir`, with the vectors of the model named.
  Collections(std::string dir, std::string model, int dim, const CollectionOptions& options);

  // As Engine::GetCollection.
  absl::StatusOr<std::shared_ptr<Collection>> Get(const std::string& name, bool create);
  std::vector<std::string> List() const;
  // As Engine::DropCollection, save for imports.
  absl::Status Drop(const std::string& name);
  // Of all its files on disk.
  uint64_t Bytes(const std::string& name) const;
  // Flushes and closes those that nobody else holds. The first error.
  absl::Status Close();

 private:
  // Opening one collection does not hold up the others.
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<Collection> collection;
  };
  std::shared_ptr<Slot> SlotOf(const std::string& name);
  absl::StatusOr<std::shared_ptr<Collection>> OpenIn(Slot& slot, const std::string& name,
                                                     bool create) const;
  std::string PathOf(const std::string& name) const;

  const std::string dir_;
  const std::string model_;
  const int dim_;
  const CollectionOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_COLLECTIONS_H_
