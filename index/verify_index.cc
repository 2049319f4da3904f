#include "index/verify_index.h"

#include <cmath>
#include <set>
#include <tuple>

#include "fmt/format.h"
#include "index/index_folder.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

// Searching for one row costs a look at all of its segment, so only some are compared.
constexpr size_t kSampledRows = 256;
constexpr float kTolerance = 0.02f;  // of the squared length

class IndexVerifier {
 public:
  IndexVerifier(const IndexToVerify& index, std::vector<Finding>& findings)
      : index_(index), findings_(findings), folder_(index.dir) {}

  void Run() {
    const absl::StatusOr<Manifest> manifest = folder_.ReadManifest();
    if (absl::IsNotFound(manifest.status())) return;
    if (!manifest.ok()) return Find(std::string(manifest.status().message()));
    if (!CheckManifest(*manifest)) return;
    bool whole = true;
    for (const SegmentFile& file : manifest->segments) whole &= CheckSegment(file, *manifest);
    if (whole) CheckAllPlaced(*manifest);
  }

 private:
  void Find(std::string what) { findings_.push_back({std::move(what)}); }

  bool CheckManifest(const Manifest& manifest) {
    const size_t before = findings_.size();
    if (manifest.collection != index_.id.id) Find("the index is of another collection");
    if (manifest.model != index_.id.model || manifest.dim != index_.id.dim) {
      Find(fmt::format("the index is of the model {}, the store of {}", manifest.model,
                       index_.id.model));
    }
    return findings_.size() == before;
  }

  // False when it could not be read.
  bool CheckSegment(const SegmentFile& file, const Manifest& manifest) {
    const absl::StatusOr<MappedSegment> read = folder_.ReadSegment(file);
    if (!read.ok()) {
      Find(std::string(read.status().message()));
      return false;
    }
    const SegmentContents& contents = read->contents;
    std::vector<bool> live;
    for (const SegmentFileItem& item : contents.items) live.push_back(CheckItem(item, file));
    CheckKeys(contents, file);
    return CheckRows(*read, live, file, manifest);
  }

  // Whether the item is live here.
  bool CheckItem(const SegmentFileItem& item, const SegmentFile& file) {
    const std::string id(item.id);
    const auto found = index_.records.find(id);
    if (found == index_.records.end() || found->second.sequence < item.sequence) {
      Find(fmt::format("segment {} has rows of the item '{}', which the store lacks", file.number,
                       id));
      return false;
    }
    if (found->second.sequence != item.sequence) return false;
    if (found->second.removed) {
      Find(fmt::format("segment {} has the removed item '{}'", file.number, id));
      return false;
    }
    if (placed_.insert(id).second) return true;
    Find(fmt::format("the item '{}' is in the index twice", id));
    return false;
  }

  void CheckKeys(const SegmentContents& contents, const SegmentFile& file) {
    std::set<std::tuple<uint32_t, RowPart, int32_t, int32_t>> keys;
    for (const SegmentRow& row : contents.rows) {
      if (keys.emplace(row.item, row.part, row.begin_ms, row.end_ms).second) continue;
      Find(fmt::format("segment {} has a row of the item '{}' twice", file.number,
                       contents.items[row.item].id));
    }
  }

  bool CheckRows(const MappedSegment& read, const std::vector<bool>& live, const SegmentFile& file,
                 const Manifest& manifest) {
    const SegmentContents& contents = read.contents;
    IndexOptions options;
    options.kind = contents.kind;
    const auto index = LoadIndex(options, manifest.dim, {contents.index, read.file});
    if (!index.ok() || (*index)->size() != contents.rows.size()) {
      Find(fmt::format("segment {}: {}", file.number,
                       index.ok() ? "the number of rows does not agree"
                                  : std::string(index.status().message())));
      return false;
    }
    const size_t step = 1 + contents.rows.size() / kSampledRows;
    for (size_t row = 0; row < contents.rows.size(); row += step) {
      const SegmentRow& key = contents.rows[row];
      const std::string item(contents.items[key.item].id);
      if (!live[key.item] || IsAsStored(**index, row, key, item)) continue;
      Find(fmt::format("segment {} has a row of the item '{}' that the store has not", file.number,
                       item));
    }
    return true;
  }

  bool IsAsStored(const VectorIndex& index, size_t row, const SegmentRow& key,
                  const std::string& item) const {
    const auto vectors = index_.store.GetVectors(item, index_.id.model);
    if (!vectors.ok()) return false;
    RowMask only(index.size());
    only.Set(row);
    for (const StoredVector& vector : *vectors) {
      if (vector.key != RowKey{item, key.part, key.begin_ms, key.end_ms}) continue;
      const Matrix query = ToFloat(HalfMatrixView(vector.values.data(), 1, vector.values.size()));
      const auto found = index.Search(query, 1, &only);
      return found.ok() && found->front().size() == 1 &&
             std::abs(found->front().front().score - 1) < kTolerance;
    }
    return false;
  }

  void CheckAllPlaced(const Manifest& manifest) {
    for (const auto& [id, record] : index_.records) {
      if (record.removed || record.sequence > manifest.sequence || placed_.contains(id)) continue;
      Find(fmt::format("the item '{}' is in no segment", id));
    }
  }

  const IndexToVerify& index_;
  std::vector<Finding>& findings_;
  const IndexFolder folder_;
  std::set<std::string> placed_;
};

}  // namespace

void VerifyIndex(const IndexToVerify& index, std::vector<Finding>& findings) {
  IndexVerifier(index, findings).Run();
}

}  // namespace imago
