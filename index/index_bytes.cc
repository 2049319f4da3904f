#include "index/index_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace imago {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr char kMagic[4] = {'I', 'M', 'G', 'V'};
constexpr uint32_t kVersion = 2;

struct Header {
  char magic[4] = {};
  uint32_t version = 0;
  uint32_t kind = 0;
  uint32_t dim = 0;
  uint64_t rows = 0;
  char zeros[40] = {};
};
static_assert(sizeof(Header) == 64);

// Without an early end, which would keep the compiler from testing many at once.
bool AllFinite(const Half* values, size_t count) {
  bool finite = true;
  for (size_t i = 0; i < count; ++i) finite &= (values[i].bits & 0x7c00) != 0x7c00;
  return finite;
}

}  // namespace

absl::Status BadIndexBytes(IndexKind kind, const std::string& what) {
  return absl::DataLossError(
      fmt::format("saved {} index: {}", fmt::string_view(IndexKindName(kind)), what));
}

IndexWriter::IndexWriter(IndexKind kind, HalfMatrixView rows) {
  Header header;
  std::copy(kMagic, kMagic + 4, header.magic);
  header.version = kVersion;
  header.kind = static_cast<uint32_t>(kind);
  header.dim = static_cast<uint32_t>(rows.cols());
  header.rows = rows.rows();
  Put(header);
  Put(rows.data(), rows.rows() * rows.cols());
}

absl::StatusOr<RowStore> IndexReader::Rows(IndexKind kind, int dim) {
  Header header;
  if (!Get(&header) || !std::equal(kMagic, kMagic + 4, header.magic)) {
    return BadIndexBytes(kind, "does not begin as one");
  }
  if (header.version != kVersion) {
    return BadIndexBytes(kind, fmt::format("version {}, known is {}", header.version, kVersion));
  }
  if (header.kind != static_cast<uint32_t>(kind)) {
    return BadIndexBytes(kind, fmt::format("is of kind {}", header.kind));
  }
  if (header.dim != static_cast<uint32_t>(dim)) {
    return BadIndexBytes(kind, fmt::format("dim is {}, wanted is {}", header.dim, dim));
  }
  const size_t max_rows = Left() / sizeof(Half) / header.dim;  // keeps the product from wrapping
  if (header.rows > max_rows) {
    return BadIndexBytes(kind, fmt::format("{} rows announced, {} there", header.rows, max_rows));
  }
  const size_t count = header.rows * header.dim;
  RowStore rows = TakeRows(header.rows, header.dim);
  if (!AllFinite(rows.rows().data(), count)) return BadIndexBytes(kind, "a row is not finite");
  return rows;
}

// Copied, unless they can stay where they are.
RowStore IndexReader::TakeRows(size_t rows, size_t dim) {
  const char* const begin = bytes_.data() + at_;
  if (owner_ != nullptr && reinterpret_cast<uintptr_t>(begin) % alignof(Half) == 0) {
    at_ += rows * dim * sizeof(Half);
    return RowStore({reinterpret_cast<const Half*>(begin), rows, dim}, owner_);
  }
  std::vector<Half> values;
  Get(&values, rows * dim);
  return RowStore(HalfMatrix(std::move(values), rows, dim));
}

}  // namespace imago
