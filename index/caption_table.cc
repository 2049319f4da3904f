#include "index/caption_table.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "embed/tsv.h"
#include "fmt/format.h"
#include "storage/utf8.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatch = 512;
constexpr size_t kMaxIdBytes = 512;

struct Caption {
  std::string id;
  std::string text;
  bool known = false;  // an item with this id is there
};

// Why the line is no good; empty when it is.
std::string Fault(const std::string& name, const std::string& caption) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (name.empty()) return "names no item";
  if (name.size() > kMaxIdBytes || std::any_of(name.begin(), name.end(), is_control)) {
    return fmt::format("the name must have 1 to {} bytes and no control characters", kMaxIdBytes);
  }
  if (caption.find_first_not_of(" \t\r") == std::string::npos) return "has no caption";
  if (!IsUtf8(name) || !IsUtf8(caption)) return "is not UTF-8";
  return "";
}

class CaptionImport {
 public:
  CaptionImport(Collection& collection, const std::string& path, ImportProgress& progress)
      : collection_(collection), path_(path), progress_(progress) {}

  absl::Status Run() {
    const auto rows = ReadTsv(path_, {"caption"});
    if (!rows.ok()) return FailTable(std::string(rows.status().message()));
    if (rows->empty()) return absl::OkStatus();
    const bool files = rows->front().count("file") > 0;
    if (!files && rows->front().count("id") == 0)
      return FailTable("has no column \"file\" or \"id\"");
    for (size_t i = 0; i < rows->size(); ++i) {
      const TsvRow& row = (*rows)[i];
      if (auto status = Take(row.at(files ? "file" : "id"), row.at("caption"), files, i + 2);
          !status.ok()) {
        return status;
      }
    }
    progress_.Count(&ImportCounts::discovered, captions_.size());
    for (size_t first = 0; first < captions_.size() && progress_.GoOn(); first += kBatch) {
      const size_t count = std::min(kBatch, captions_.size() - first);
      if (auto status = WriteBatch(first, count); !status.ok()) return status;
      progress_.Show();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status FailTable(const std::string& why) {
    progress_.Count(&ImportCounts::discovered);
    progress_.Fail(path_, why);
    return absl::OkStatus();
  }

  absl::Status Take(const std::string& name, const std::string& text, bool file, size_t line) {
    if (const std::string fault = Fault(name, text); !fault.empty()) {
      progress_.Count(&ImportCounts::discovered);
      progress_.Fail(fmt::format("{}:{}", path_, line), fault);
      return absl::OkStatus();
    }
    auto known = by_name_.find(name);
    if (known == by_name_.end()) {
      auto id = FindItem(name);
      if (!id.ok()) return id.status();
      known = by_name_.emplace(name, Place(*id, file ? Joined(name) : name)).first;
    }
    std::string& caption = captions_[known->second].text;
    if (!caption.empty()) caption += '\n';
    caption += text;
    return absl::OkStatus();
  }

  // The place in captions_ of the item that is there, or of a new one.
  size_t Place(const std::optional<std::string>& known, const std::string& fresh) {
    const auto [place, added] = by_id_.emplace(known.value_or(fresh), captions_.size());
    if (added) captions_.push_back({place->first, "", known.has_value()});
    return place->second;
  }

  std::string Joined(const std::string& name) const {
    return (fs::path(path_).parent_path() / name).lexically_normal().string();
  }

  absl::StatusOr<std::optional<std::string>> FindItem(const std::string& name) {
    for (const std::string& id : {name, Joined(name)}) {
      const auto item = collection_.store().GetItem(id);
      if (item.ok()) return std::optional<std::string>(id);
      if (!absl::IsNotFound(item.status())) return item.status();
    }
    if (!by_uri_) by_uri_ = ItemsByFile();
    std::error_code error;
    const auto found = by_uri_->find(fs::absolute(Joined(name), error).lexically_normal().string());
    if (found == by_uri_->end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }

  std::unordered_map<std::string, std::string> ItemsByFile() const {
    std::unordered_map<std::string, std::string> ids;
    const auto snapshot = collection_.snapshot();
    for (const SegmentView& view : snapshot->segments) {
      for (size_t i = 0; i < view.segment->items.size(); ++i) {
        const Item& item = view.segment->items[i]->item;
        if (view.live_items->Get(i) && !item.uri.empty()) ids.emplace(item.uri, item.id);
      }
    }
    return ids;
  }

  absl::Status WriteBatch(size_t first, size_t count) {
    std::vector<Entry> added;
    std::vector<Item> changed;
    for (size_t i = first; i < first + count; ++i) {
      if (auto status = Sort(captions_[i], added, changed); !status.ok()) return status;
    }
    const uint64_t written = added.size() + changed.size();
    progress_.Count(&ImportCounts::skipped, count - written);
    if (auto status = collection_.Write(std::move(added)); !status.ok()) return status;
    if (auto status = collection_.UpdateItems(changed); !status.ok()) return status;
    progress_.Count(&ImportCounts::indexed, written);
    return progress_.Save();
  }

  absl::Status Sort(Caption& caption, std::vector<Entry>& added, std::vector<Item>& changed) const {
    if (!caption.known) {
      Entry& entry = added.emplace_back();
      entry.item.id = caption.id;
      entry.item.kind = MediaKind::kCaption;
      entry.item.caption = std::move(caption.text);
      return absl::OkStatus();
    }
    auto item = collection_.store().GetItem(caption.id);
    if (!item.ok()) return item.status();
    if (item->caption == caption.text) return absl::OkStatus();
    item->caption = std::move(caption.text);
    changed.push_back(*std::move(item));
    return absl::OkStatus();
  }

  Collection& collection_;
  const std::string& path_;
  ImportProgress& progress_;
  std::vector<Caption> captions_;
  std::unordered_map<std::string, size_t> by_name_, by_id_;  // places in captions_
  std::optional<std::unordered_map<std::string, std::string>> by_uri_;
};

}  // namespace

std::string CaptionTableOf(const std::string& path) {
  const size_t colon = path.rfind(':');
  const bool has_line = colon != std::string::npos && colon + 1 < path.size() &&
                        path.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  const std::string table = has_line ? path.substr(0, colon) : path;
  return fs::path(table).extension() == ".tsv" ? table : "";
}

absl::Status ImportCaptions(Collection& collection, const std::string& path,
                            ImportProgress& progress) {
  return CaptionImport(collection, path, progress).Run();
}

}  // namespace imago
