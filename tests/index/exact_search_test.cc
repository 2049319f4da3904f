// Exact search against an independent implementation: numpy, in tests/golden/check_exact_search.py.

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "index/vector_index.h"
#include "tests/support/data.h"
#include "tests/support/kernels.h"

namespace imago {
namespace {

template <typename T>
void Put(std::string& out, const T* values, size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

// Whole numbers are exact in f16 and in any order of summing, and full of ties.
Matrix CaseMatrix(size_t rows, size_t dim, bool whole, std::mt19937& random) {
  if (!whole) return RandomUnitRows(rows, dim, random);
  Matrix out(rows, dim);
  for (size_t i = 0; i < rows * dim; ++i) out.data()[i] = static_cast<float>(random() % 5) - 2;
  return out;
}

// Rows that a filter keeps and that were not deleted.
RowMask KeptRows(size_t rows, std::mt19937& random) {
  RowMask kept = RandomMask(rows, 0.1 * (random() % 11), random);
  kept.IntersectWith(RandomMask(rows, 0.8, random));
  return kept;
}

void PutAnswers(std::string& out, const std::vector<std::vector<Neighbor>>& found) {
  for (const std::vector<Neighbor>& hits : found) {
    const int32_t count = static_cast<int32_t>(hits.size());
    Put(out, &count, 1);
    for (const Neighbor& hit : hits) Put(out, &hit.row, 1);
    for (const Neighbor& hit : hits) Put(out, &hit.score, 1);
  }
}

void PutCase(std::string& out, size_t rows, std::mt19937& random) {
  const size_t dim = 1 + random() % 48, nq = 1 + random() % 10, k = random() % (rows + 4);
  const bool whole = random() % 2 == 0;
  const Matrix data = CaseMatrix(rows, dim, whole, random);
  const Matrix queries = CaseMatrix(nq, dim, whole, random);
  const RowMask kept = KeptRows(rows, random);
  const auto index =
      NewIndex({.threads = 1 + static_cast<int>(random() % 3)}, static_cast<int>(dim)).value();
  const size_t first = random() % (rows + 1);
  ASSERT_TRUE(index->Add(data.view().Slice(0, first)).ok());
  ASSERT_TRUE(index->Add(data.view().Slice(first, rows - first)).ok());
  const int32_t header[] = {static_cast<int32_t>(rows), static_cast<int32_t>(dim),
                            static_cast<int32_t>(nq), static_cast<int32_t>(k), whole};
  Put(out, header, 5);
  Put(out, data.data(), rows * dim);
  Put(out, queries.data(), nq * dim);
  for (size_t r = 0; r < rows; ++r) out.push_back(kept.Get(r) ? 1 : 0);
  PutAnswers(out, index->Search(queries, k, &kept).value());
}

// A python3 that has numpy, or nothing.
std::string Python() {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (std::system((python + " -c 'import numpy' 2> /dev/null").c_str()) == 0) return python;
  }
  return "";
}

TEST(ExactSearch, EqualsNumpyInAThousandCasesWithFiltersAndDeletes) {
  const std::string python = Python();
  if (python.empty()) GTEST_SKIP() << "needs python3 with numpy";
  std::mt19937 random(1);
  std::string cases;
  for (int i = 0; i < 1000; ++i) PutCase(cases, i % 100 == 0 ? 9000 : random() % 300, random);
  const std::string dir = MakeTempDir();
  WriteTestFile(dir + "/cases", cases);
  const std::string command = python + " '" + SourcePath("tests/golden/check_exact_search.py") +
                              "' " + dir + "/cases > " + dir + "/verdict 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(ReadTestFile(dir + "/verdict"), "1000 cases agree\n");
}

}  // namespace
}  // namespace imago
