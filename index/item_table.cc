#include "index/item_table.h"

#include <mutex>

namespace imago {

std::optional<ItemPlace> ItemTable::Find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second.place;
}

void ItemTable::Put(std::shared_ptr<const ItemRecord> record, ItemPlace place) {
  const std::unique_lock lock(mutex_);
  const Item& item = record->item;
  EraseLocked(item.id);
  if (!item.sha256.empty()) by_sha256_.emplace(item.sha256, item.id);
  by_id_.emplace(item.id, Entry{std::move(record), place});
}

void ItemTable::Erase(std::string_view id) {
  const std::unique_lock lock(mutex_);
  EraseLocked(id);
}

void ItemTable::Reserve(size_t items) {
  const std::unique_lock lock(mutex_);
  by_id_.reserve(by_id_.size() + items);
}

void ItemTable::EraseLocked(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const std::shared_ptr<const ItemRecord> record = found->second.record;  // holds the keys
  by_sha256_.erase({record->item.sha256, record->item.id});
  by_id_.erase(found);
}

std::string ItemTable::FindBySha256(std::string_view sha256) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_sha256_.lower_bound({sha256, std::string_view()});
  if (found == by_sha256_.end() || found->first != sha256) return "";
  return std::string(found->second);
}

size_t ItemTable::size() const {
  const std::shared_lock lock(mutex_);
  return by_id_.size();
}

}  // namespace imago
