#include "storage/check_batch.h"

#include <fmt/format.h>

#include <unordered_set>

namespace imago {

bool WriteBatch::empty() const {
  return remove_items.empty() && remove_blobs.empty() && put_items.empty() &&
         update_items.empty() && put_vectors.empty() && put_blobs.empty();
}

namespace {

// Which items are there once the batch's removals and puts are done.
class Presence {
 public:
  using IsLive = std::function<absl::StatusOr<bool>(const std::string&)>;

  Presence(const WriteBatch& batch, const IsLive& is_live)
      : is_live_(is_live), removed_(batch.remove_items.begin(), batch.remove_items.end()) {
    for (const Item& item : batch.put_items) put_.insert(item.id);
  }

  absl::StatusOr<bool> Has(const std::string& id) const {
    if (put_.contains(id)) return true;
    if (removed_.contains(id)) return false;
    return is_live_(id);
  }

 private:
  const IsLive& is_live_;
  std::unordered_set<std::string> removed_;
  std::unordered_set<std::string> put_;
};

absl::Status CheckVector(const StoredVector& vector, const Presence& presence) {
  const std::string& id = vector.key.item_id;
  if (vector.values.empty()) {
    return absl::InvalidArgumentError(fmt::format("a vector of item '{}' is empty", id));
  }
  const absl::StatusOr<bool> present = presence.Has(id);
  if (!present.ok()) return present.status();
  if (!*present) {
    return absl::InvalidArgumentError(fmt::format("a vector belongs to the unknown item '{}'", id));
  }
  return absl::OkStatus();
}

absl::Status CheckUpdate(const Item& item, const Presence& presence) {
  if (const absl::Status checked = CheckItem(item); !checked.ok()) return checked;
  const absl::StatusOr<bool> present = presence.Has(item.id);
  if (!present.ok()) return present.status();
  return *present ? absl::OkStatus()
                  : absl::NotFoundError(fmt::format("there is no item '{}'", item.id));
}

}  // namespace

absl::Status CheckBatch(const WriteBatch& batch, const Presence::IsLive& is_live) {
  const Presence presence(batch, is_live);
  for (const Item& item : batch.put_items) {
    if (const absl::Status checked = CheckItem(item); !checked.ok()) return checked;
  }
  for (const Item& item : batch.update_items) {
    if (const absl::Status checked = CheckUpdate(item, presence); !checked.ok()) return checked;
  }
  for (const StoredVector& vector : batch.put_vectors) {
    if (const absl::Status checked = CheckVector(vector, presence); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

}  // namespace imago
