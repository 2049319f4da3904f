#include "index/segment_file.h"

#include "index/segment_builder.h"
#include "tests/index/collection_fixture.h"

namespace imago {
namespace {

std::shared_ptr<const Segment> MakeSegment() {
  SegmentBuilder builder({{}, kDim, 4096}, 7);
  for (uint32_t i = 0; i < 3; ++i) {
    Entry entry = MakeEntry("item" + std::to_string(i), i);
    if (i == 1) entry.vectors.clear();
    if (i == 2) {
      entry.vectors.push_back(entry.vectors[0]);
      entry.vectors[1].key.begin_ms = 10;
      entry.vectors[1].key.end_ms = 20;
    }
    auto record = std::make_shared<ItemRecord>(ItemRecord{entry.item, 100 + i});
    EXPECT_TRUE(builder.Add(std::move(record), entry.vectors).ok());
  }
  return std::move(builder).Finish().value();
}

TEST(SegmentFile, GivesBackItemsRowsAndIndex) {
  const auto segment = MakeSegment();
  const std::string bytes = EncodeSegment(*segment).value();
  const SegmentContents contents = DecodeSegment(bytes).value();
  EXPECT_EQ(contents.dim, kDim);
  EXPECT_EQ(contents.kind, IndexKind::kExact);
  EXPECT_EQ(contents.rows, segment->rows);
  ASSERT_EQ(contents.items.size(), 3u);
  EXPECT_EQ(contents.items[2].id, "item2");
  EXPECT_EQ(contents.items[2].sequence, 102u);
  EXPECT_EQ(contents.index, segment->index->Save().value());
}

TEST(SegmentFile, RefusesEveryTruncationAndExtraBytes) {
  const std::string whole = EncodeSegment(*MakeSegment()).value();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeSegment(whole.substr(0, size)).status())) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeSegment(whole + "x").status()));
}

TEST(SegmentFile, RefusesHugeCounts) {
  const std::string whole = EncodeSegment(*MakeSegment()).value();
  for (size_t at = 4; at < 90; ++at) {
    std::string bytes = whole;
    bytes.replace(at, 4, "\xff\xff\xff\xff");
    DecodeSegment(bytes).status().IgnoreError();
  }
}

TEST(SegmentFile, RefusesAnotherVersion) {
  std::string bytes = EncodeSegment(*MakeSegment()).value();
  bytes[4] = 3;
  EXPECT_THAT(std::string(DecodeSegment(bytes).status().message()),
              testing::HasSubstr("version 3, this program reads 2"));
}

}  // namespace
}  // namespace imago
