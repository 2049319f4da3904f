#include "embed/torch/row_cache.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/data.h"

namespace imago {
namespace {

RowCache Cache(const std::string& dir, const std::string& key = "k") {
  RowCache cache;
  cache.dir = dir;
  cache.name = "set";
  cache.key = key;
  cache.chunk_rows = 4;
  return cache;
}

// Row i is (i, i); counts the rows it was asked for.
struct Source {
  int64_t asked = 0;
  int64_t fails_at = 1 << 20;

  RowSource Function() {
    return [this](int64_t begin, int64_t end) -> absl::StatusOr<torch::Tensor> {
      if (end > fails_at) return absl::CancelledError("stopped");
      asked += end - begin;
      return torch::arange(begin, end).to(torch::kFloat32).unsqueeze(1).repeat({1, 2});
    };
  }
};

void ExpectRows(const absl::StatusOr<torch::Tensor>& rows, int64_t count) {
  ASSERT_TRUE(rows.ok()) << rows.status();
  const auto expected = torch::arange(count).to(torch::kFloat32).unsqueeze(1).repeat({1, 2});
  EXPECT_TRUE(torch::equal(*rows, expected));
}

TEST(CachedRows, AreComputedOnce) {
  const std::string dir = MakeTempDir() + "/cache";
  Source source;
  ExpectRows(CachedRows(Cache(dir), 10, source.Function()), 10);
  ExpectRows(CachedRows(Cache(dir), 10, source.Function()), 10);
  EXPECT_EQ(source.asked, 10);
}

TEST(CachedRows, GoOnWhereTheyWereInterrupted) {
  const std::string dir = MakeTempDir();
  Source source;
  source.fails_at = 8;
  EXPECT_TRUE(absl::IsCancelled(CachedRows(Cache(dir), 10, source.Function()).status()));
  Source rest;
  ExpectRows(CachedRows(Cache(dir), 10, rest.Function()), 10);
  EXPECT_EQ(rest.asked, 2);
}

TEST(CachedRows, AreMadeAnewForAnotherKeyOrABrokenFile) {
  const std::string dir = MakeTempDir();
  Source source;
  ExpectRows(CachedRows(Cache(dir), 8, source.Function()), 8);
  ExpectRows(CachedRows(Cache(dir, "other"), 8, source.Function()), 8);
  EXPECT_EQ(source.asked, 16);
  WriteTestFile(dir + "/set-00001.safetensors", "junk");
  ExpectRows(CachedRows(Cache(dir, "other"), 8, source.Function()), 8);
  EXPECT_EQ(source.asked, 20);
  // A chunk that was shorter.
  ExpectRows(CachedRows(Cache(dir, "other"), 7, source.Function()), 7);
  EXPECT_EQ(source.asked, 23);
}

}  // namespace
}  // namespace imago
