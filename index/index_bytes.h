#ifndef IMAGO_INDEX_INDEX_BYTES_H_
#define IMAGO_INDEX_INDEX_BYTES_H_

// The bytes of a saved index: a header, the rows, then what its kind adds. Numbers little-endian;
// the rows begin at a line of the cache where the bytes do.
//
//   "IMGV"  u32 version  u32 kind  u32 dim  u64 rows  zeros up to 64 bytes  f16[rows * dim]  ...

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "index/row_store.h"
#include "index/vector_index.h"

namespace imago {

class IndexWriter {
 public:
  IndexWriter(IndexKind kind, HalfMatrixView rows);

  template <typename T>
  void Put(T value) {
    Put(&value, 1);
  }
  template <typename T>
  void Put(const T* values, size_t count) {
    bytes_.append(reinterpret_cast<const char*>(values), count * sizeof(T));
  }
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what IndexWriter wrote, never beyond the end nor more than there is.
class IndexReader {
 public:
  explicit IndexReader(const SavedIndex& saved) : bytes_(saved.bytes), owner_(saved.owner) {}

  // The header and the rows; kDataLoss when they are of another kind or dim, torn, or not finite.
  absl::StatusOr<RowStore> Rows(IndexKind kind, int dim);
  template <typename T>
  bool Get(T* value) {
    return Get(value, 1);
  }
  template <typename T>
  bool Get(std::vector<T>* values, uint64_t count) {
    if (count > Left() / sizeof(T)) return false;
    values->resize(count);
    return Get(values->data(), count);
  }
  bool AtEnd() const { return Left() == 0; }

 private:
  RowStore TakeRows(size_t rows, size_t dim);
  size_t Left() const { return bytes_.size() - at_; }
  template <typename T>
  bool Get(T* values, uint64_t count) {
    if (count > Left() / sizeof(T)) return false;
    if (count > 0) std::memcpy(values, bytes_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
    return true;
  }

  const std::string_view bytes_;
  const std::shared_ptr<const void> owner_;
  size_t at_ = 0;
};

// kDataLoss: "saved hnsw index: <what>".
absl::Status BadIndexBytes(IndexKind kind, const std::string& what);

}  // namespace imago

#endif  // IMAGO_INDEX_INDEX_BYTES_H_
