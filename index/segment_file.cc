#include "index/segment_file.h"

#include <bit>
#include <cstring>

#include "fmt/format.h"

namespace imago {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

constexpr std::string_view kMagic = "IMGS";
constexpr uint32_t kVersion = 2;
constexpr size_t kLine = 64;
constexpr uint32_t kMaxDim = 1 << 16;

template <typename T>
void Put(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void PutItem(const ItemRecord& record, uint32_t rows, std::string& out) {
  Put(static_cast<uint32_t>(record.item.id.size()), out);
  out += record.item.id;
  Put(record.sequence, out);
  Put(rows, out);
}

void PutRow(const SegmentRow& row, std::string& out) {
  Put(static_cast<uint8_t>(row.part), out);
  Put(row.begin_ms, out);
  Put(row.end_ms, out);
}

// From `at` up to a multiple of a line of the cache.
size_t ToLine(size_t at) { return (kLine - at % kLine) % kLine; }

// Takes from the front; false when there is too little left.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes), size_(bytes.size()) {}

  template <typename T>
  bool Take(T& value) {
    if (bytes_.size() < sizeof value) return false;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return true;
  }
  bool TakeBytes(uint64_t size, std::string_view& out) {
    if (bytes_.size() < size) return false;
    out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }
  bool AtEnd() const { return bytes_.empty(); }
  size_t at() const { return size_ - bytes_.size(); }

 private:
  std::string_view bytes_;
  const size_t size_;
};

absl::Status Damaged(std::string_view why) {
  return absl::DataLossError(fmt::format("segment file: {}", why));
}

absl::StatusOr<uint32_t> TakeHeader(Reader& reader, SegmentContents& contents) {
  std::string_view magic;
  uint32_t version = 0;
  uint32_t dim = 0;
  uint32_t kind = 0;
  uint32_t items = 0;
  if (!reader.TakeBytes(kMagic.size(), magic) || magic != kMagic || !reader.Take(version)) {
    return Damaged("it is none");
  }
  if (version != kVersion) {
    return Damaged(fmt::format("it has version {}, this program reads {}", version, kVersion));
  }
  if (!reader.Take(dim) || !reader.Take(kind) || !reader.Take(items)) return Damaged("cut off");
  if (dim == 0 || dim > kMaxDim) return Damaged(fmt::format("dim is {}", dim));
  if (kind > static_cast<uint32_t>(IndexKind::kIvf))
    return Damaged(fmt::format("kind is {}", kind));
  contents.dim = static_cast<int>(dim);
  contents.kind = static_cast<IndexKind>(kind);
  return items;
}

bool TakeRow(Reader& reader, SegmentRow& row) {
  uint8_t part = 0;
  if (!reader.Take(part) || !reader.Take(row.begin_ms) || !reader.Take(row.end_ms)) return false;
  row.part = static_cast<RowPart>(part);
  return true;
}

bool TakeItem(Reader& reader, SegmentContents& contents) {
  SegmentFileItem item;
  uint32_t size = 0;
  uint32_t rows = 0;
  if (!reader.Take(size) || !reader.TakeBytes(size, item.id)) return false;
  if (!reader.Take(item.sequence) || !reader.Take(rows)) return false;
  SegmentRow row;
  row.item = static_cast<uint32_t>(contents.items.size());
  for (; rows > 0; --rows) {
    if (!TakeRow(reader, row)) return false;
    contents.rows.push_back(row);
  }
  contents.items.push_back(item);
  return true;
}

}  // namespace

absl::StatusOr<std::string> EncodeSegment(const Segment& segment) {
  const absl::StatusOr<std::string> index = segment.index->Save();
  if (!index.ok()) return index.status();
  std::string bytes(kMagic);
  Put(kVersion, bytes);
  Put(static_cast<uint32_t>(segment.index->dim()), bytes);
  Put(static_cast<uint32_t>(segment.kind), bytes);
  Put(static_cast<uint32_t>(segment.items.size()), bytes);
  size_t row = 0;
  for (uint32_t item = 0; item < segment.items.size(); ++item) {
    const size_t begin = row;
    while (row < segment.rows.size() && segment.rows[row].item == item) ++row;
    PutItem(*segment.items[item], static_cast<uint32_t>(row - begin), bytes);
    for (size_t r = begin; r < row; ++r) PutRow(segment.rows[r], bytes);
  }
  Put(static_cast<uint64_t>(index->size()), bytes);
  bytes.append(ToLine(bytes.size()), '\0');
  bytes += *index;
  return bytes;
}

absl::StatusOr<SegmentContents> DecodeSegment(std::string_view bytes) {
  Reader reader(bytes);
  SegmentContents contents;
  const absl::StatusOr<uint32_t> items = TakeHeader(reader, contents);
  if (!items.ok()) return items.status();
  for (uint32_t i = 0; i < *items; ++i) {
    if (!TakeItem(reader, contents)) return Damaged(fmt::format("item {} is cut off", i));
  }
  uint64_t size = 0;
  std::string_view zeros;
  if (!reader.Take(size) || !reader.TakeBytes(ToLine(reader.at()), zeros) ||
      !reader.TakeBytes(size, contents.index)) {
    return Damaged("the index is cut off");
  }
  if (!reader.AtEnd()) return Damaged("something follows the index");
  return contents;
}

}  // namespace imago
