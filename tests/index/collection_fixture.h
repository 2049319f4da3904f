#ifndef IMAGO_TESTS_INDEX_COLLECTION_FIXTURE_H_
#define IMAGO_TESTS_INDEX_COLLECTION_FIXTURE_H_

// Small collections of items with vectors that are easy to tell apart.

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "index/collection.h"
#include "kernels/kernels.h"
#include "storage/sha256.h"
#include "tests/support/data.h"

namespace imago {

inline constexpr int kDim = 16;
inline constexpr char kModel[] = "test@1";

// The unit vector of a seed.
inline std::vector<Half> UnitVector(uint32_t seed, int dim = kDim) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix row(1, static_cast<size_t>(dim));
  for (int i = 0; i < dim; ++i) row.row(0)[i] = normal(random);
  NormalizeRows(row);
  const HalfMatrix half = ToHalf(row);
  return {half.row(0), half.row(0) + dim};
}

inline Entry MakeEntry(const std::string& id, uint32_t seed, const std::string& caption = "") {
  Entry entry;
  entry.item.id = id;
  entry.item.sha256 = Sha256(std::to_string(seed));
  entry.item.caption = caption;
  entry.vectors = {{{id, RowPart::kPicture, -1, -1}, kModel, UnitVector(seed)}};
  entry.thumbnail = "thumbnail of " + id;
  return entry;
}

inline std::unique_ptr<Collection> OpenTestCollection(const std::string& dir,
                                                      const CollectionOptions& options = {}) {
  return Collection::Open(dir, kModel, kDim, options).value();
}

// The id of the row nearest to a seed's vector, and its score.
inline std::pair<std::string, float> Nearest(const Snapshot& snapshot, uint32_t seed) {
  const std::vector<Half> vector = UnitVector(seed);
  const Matrix query = ToFloat(HalfMatrixView(vector.data(), 1, kDim));
  std::pair<std::string, float> best{"", -2.f};
  for (const SegmentView& view : snapshot.segments) {
    const auto found = view.segment->index->Search(query, 1, view.live.get()).value();
    if (found[0].empty() || found[0][0].score <= best.second) continue;
    best = {view.segment->ItemOfRow(found[0][0].row).item.id, found[0][0].score};
  }
  return best;
}

// True when the item of this seed is found by its vector.
inline bool Finds(const Snapshot& snapshot, const std::string& id, uint32_t seed) {
  const auto [best, score] = Nearest(snapshot, seed);
  return best == id && score > 0.98f;
}

// Id and sequence of all live items; fails the test when one is there twice or the counts disagree.
inline std::map<std::string, uint64_t> LiveItems(const Snapshot& snapshot) {
  std::map<std::string, uint64_t> live;
  size_t rows = 0;
  for (const SegmentView& view : snapshot.segments) {
    EXPECT_EQ(view.live->size(), view.segment->rows.size());
    EXPECT_EQ(view.live_items->size(), view.segment->items.size());
    EXPECT_EQ(view.live->Count(), view.live_row_count);
    EXPECT_EQ(view.live_items->Count(), view.live_item_count);
    for (size_t i = 0; i < view.segment->items.size(); ++i) {
      const ItemRecord& record = *view.segment->items[i];
      if (!view.live_items->Get(i)) continue;
      EXPECT_TRUE(live.emplace(record.item.id, record.sequence).second) << record.item.id;
    }
    for (size_t row = 0; row < view.segment->rows.size(); ++row) {
      EXPECT_EQ(view.live->Get(row), view.live_items->Get(view.segment->rows[row].item));
    }
    rows += view.live_row_count;
  }
  EXPECT_EQ(live.size(), snapshot.live_items);
  EXPECT_EQ(rows, snapshot.live_rows);
  return live;
}

inline std::set<std::string> LiveIds(const Snapshot& snapshot) {
  std::set<std::string> ids;
  for (const auto& [id, sequence] : LiveItems(snapshot)) ids.insert(id);
  return ids;
}

inline std::vector<std::string> Verify(const std::string& dir) {
  std::vector<std::string> findings;
  const std::vector<Finding> found = VerifyCollection(dir).value();
  for (const Finding& finding : found) findings.push_back(finding.what);
  return findings;
}

}  // namespace imago

#endif  // IMAGO_TESTS_INDEX_COLLECTION_FIXTURE_H_
