#ifndef IMAGO_INDEX_ITEM_TABLE_H_
#define IMAGO_INDEX_ITEM_TABLE_H_

// Where each live item of a collection lies, and which items hold the same bytes.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "index/snapshot.h"

namespace imago {

struct ItemPlace {
  uint64_t segment = 0;  // Segment::number
  uint32_t item = 0;     // its place in Segment::items

  friend bool operator==(const ItemPlace&, const ItemPlace&) = default;
};

// Thread-safe.
class ItemTable {
 public:
  std::optional<ItemPlace> Find(std::string_view id) const;
  // Takes the place of the record with the same id.
  void Put(std::shared_ptr<const ItemRecord> record, ItemPlace place);
  void Erase(std::string_view id);
  // Makes room for so many more.
  void Reserve(size_t items);
  // The smallest id of those with these bytes, or empty.
  std::string FindBySha256(std::string_view sha256) const;
  size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<const ItemRecord> record;
    ItemPlace place;
  };

  void EraseLocked(std::string_view id);

  mutable std::shared_mutex mutex_;
  // The keys are views of the records' own strings.
  std::unordered_map<std::string_view, Entry> by_id_;
  std::set<std::pair<std::string_view, std::string_view>> by_sha256_;  // sha256, id
};

}  // namespace imago

#endif  // IMAGO_INDEX_ITEM_TABLE_H_
