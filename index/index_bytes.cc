#include "index/index_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace imago {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr char kMagic[4] = {'I', 'M', 'G', 'V'};
constexpr uint32_t kVersion = 1;

struct Header {
  char magic[4] = {};
  uint32_t version = 0;
  uint32_t kind = 0;
  uint32_t dim = 0;
  uint64_t rows = 0;
};

}  // namespace

absl::Status BadIndexBytes(IndexKind kind, const std::string& what) {
  return absl::DataLossError(
      fmt::format("saved {} index: {}", fmt::string_view(IndexKindName(kind)), what));
}

IndexWriter::IndexWriter(IndexKind kind, HalfMatrixView rows) {
  Put(kMagic, 4);
  Put(kVersion);
  Put(static_cast<uint32_t>(kind));
  Put(static_cast<uint32_t>(rows.cols()));
  Put(static_cast<uint64_t>(rows.rows()));
  Put(rows.data(), rows.rows() * rows.cols());
}

absl::StatusOr<HalfMatrix> IndexReader::Rows(IndexKind kind, int dim) {
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
  std::vector<Half> values;
  const size_t max_rows = Left() / sizeof(Half) / header.dim;  // keeps the product from wrapping
  if (header.rows > max_rows || !Get(&values, header.rows * header.dim)) {
    return BadIndexBytes(kind, fmt::format("{} rows announced, {} there", header.rows, max_rows));
  }
  // Without an early end, which would keep the compiler from testing many at once.
  bool finite = true;
  for (const Half value : values) finite &= (value.bits & 0x7c00) != 0x7c00;
  if (!finite) return BadIndexBytes(kind, "a row is not finite");
  return HalfMatrix(std::move(values), header.rows, header.dim);
}

}  // namespace imago
