#ifndef IMAGO_INDEX_VERIFY_INDEX_H_
#define IMAGO_INDEX_VERIFY_INDEX_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "index/collection.h"
#include "index/collection_id.h"
#include "storage/store.h"

namespace imago {

// The store's newest record of an item.
struct NewestRecord {
  uint64_t sequence = 0;
  bool removed = false;
};
using NewestRecords = std::unordered_map<std::string, NewestRecord>;

struct IndexToVerify {
  std::string dir;
  const Store& store;
  const CollectionId& id;
  const NewestRecords& records;
};

// Compares the files of an index with the store. No files are no finding: they are a cache.
void VerifyIndex(const IndexToVerify& index, std::vector<Finding>& findings);

}  // namespace imago

#endif  // IMAGO_INDEX_VERIFY_INDEX_H_
