#include "query/collections.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr char kDroppedPrefix[] = ".dropped-";
constexpr auto kDropWait = std::chrono::seconds(10);

bool IsCollectionName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

absl::Status CheckName(const std::string& name) {
  if (IsCollectionName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("collection \"{}\": a name has 1 to 64 of a-z, 0-9, _ and -", name));
}

std::vector<std::string> NamesIn(const std::string& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool WaitUntilUnused(const std::shared_ptr<Collection>& collection) {
  const auto deadline = std::chrono::steady_clock::now() + kDropWait;
  while (collection.use_count() > 1) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace

Collections::Collections(std::string dir, std::string model, int dim,
                         const CollectionOptions& options)
    : dir_(std::move(dir)), model_(std::move(model)), dim_(dim), options_(options) {
  // What a Drop that was cut short has left.
  for (const std::string& name : NamesIn(dir_)) {
    std::error_code ignored;
    if (name.rfind(kDroppedPrefix, 0) == 0) fs::remove_all(fs::path(dir_) / name, ignored);
  }
}

std::string Collections::PathOf(const std::string& name) const {
  return (fs::path(dir_) / name).string();
}

std::shared_ptr<Collections::Slot> Collections::SlotOf(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Slot>& slot = slots_[name];
  if (slot == nullptr) slot = std::make_shared<Slot>();
  return slot;
}

absl::StatusOr<std::shared_ptr<Collection>> Collections::OpenIn(Slot& slot, const std::string& name,
                                                                bool create) const {
  if (slot.collection != nullptr) return slot.collection;
  std::error_code error;
  if (!create && !fs::exists(fs::path(PathOf(name)) / "store", error)) {
    return absl::NotFoundError(fmt::format("there is no collection \"{}\"", name));
  }
  fs::create_directories(PathOf(name), error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot make folder {}: {}", PathOf(name), error.message()));
  }
  auto opened = Collection::Open(PathOf(name), model_, dim_, options_);
  if (!opened.ok()) return opened.status();
  slot.collection = *std::move(opened);
  return slot.collection;
}

absl::StatusOr<std::shared_ptr<Collection>> Collections::Get(const std::string& name, bool create) {
  if (auto status = CheckName(name); !status.ok()) return status;
  const std::shared_ptr<Slot> slot = SlotOf(name);
  const std::lock_guard lock(slot->mutex);
  return OpenIn(*slot, name, create);
}

std::vector<std::string> Collections::List() const {
  std::vector<std::string> names = NamesIn(dir_);
  std::error_code error;
  std::erase_if(names, [&](const std::string& name) {
    return !IsCollectionName(name) || !fs::exists(fs::path(PathOf(name)) / "store", error);
  });
  return names;
}

absl::Status Collections::Drop(const std::string& name) {
  if (auto status = CheckName(name); !status.ok()) return status;
  const std::shared_ptr<Slot> slot = SlotOf(name);
  const std::lock_guard lock(slot->mutex);
  // Opening it makes sure that no other process has it open.
  const absl::Status opened = OpenIn(*slot, name, /*create=*/false).status();
  if (absl::IsNotFound(opened) || absl::IsUnavailable(opened)) return opened;
  if (slot->collection != nullptr && !WaitUntilUnused(slot->collection)) {
    return absl::UnavailableError(fmt::format("collection \"{}\" is in use", name));
  }
  slot->collection.reset();
  const fs::path dropped = fs::path(dir_) / (kDroppedPrefix + name);
  std::error_code error;
  fs::remove_all(dropped, error);
  fs::rename(PathOf(name), dropped, error);
  if (!error) fs::remove_all(dropped, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("cannot remove {}: {}", PathOf(name), error.message()));
}

uint64_t Collections::Bytes(const std::string& name) const {
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(PathOf(name), error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;  // files come and go while the store is at work
    const uint64_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

absl::Status Collections::Close() {
  absl::Status status;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, slot] : slots_) {
    const std::lock_guard slot_lock(slot->mutex);
    if (slot->collection != nullptr) status.Update(slot->collection->Flush());
    slot->collection.reset();
  }
  return status;
}

}  // namespace imago
