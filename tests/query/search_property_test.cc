// Searches of a collection with random filters, deletions, replacements and weights against a plain
// scan of its store.

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "query/search.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr int kDim = 24;
constexpr double kTolerance = 1e-5;

// What the test itself knows of an item.
struct Known {
  int number = 0;
  std::string tag;
};

class Library {
 public:
  explicit Library(uint32_t seed)
      : random_(seed), encoder_(NewHashEncoder(kDim)), terms_(*encoder_) {
    collection_ = Collection::Open(MakeTempDir(), encoder_->model(), kDim).value();
    for (int i = 0; i < 8; ++i) Change();
  }

  // Some items new or replaced, some removed.
  void Change() {
    std::vector<Entry> entries;
    for (int n = 10 + Below(40); n > 0; --n) entries.push_back(MakeEntry());
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.item.id < b.item.id; });
    entries.erase(
        std::unique(entries.begin(), entries.end(),
                    [](const Entry& a, const Entry& b) { return a.item.id == b.item.id; }),
        entries.end());
    for (const Entry& entry : entries) {
      known_[entry.item.id] = {static_cast<int>(entry.item.bytes), entry.item.caption};
    }
    ASSERT_TRUE(collection_->Write(std::move(entries)).ok());
    std::set<std::string> gone;
    for (int n = Below(12); n > 0; --n) gone.insert(AnyId());
    for (const std::string& id : gone) known_.erase(id);
    ASSERT_TRUE(collection_->Remove({gone.begin(), gone.end()}).ok());
  }

  Query MakeQuery() {
    Query query;
    const int count = 1 + Below(4);
    for (int i = 0; i < count; ++i) {
      Term term;
      term.weight = (i == 0 ? 1 : 0.1 - Below(2) * 0.7) + Below(10) * 0.05;
      if (Below(2)) {
        term.text = fmt::format("word{} and word{}", Below(9), Below(9));
      } else {
        term.item_id = AnyId();
      }
      query.terms.push_back(term);
    }
    query.limit = 1 + Below(30);
    return query;
  }

  double Score(const Query& query, const std::string& id) const {
    const Matrix own = VectorOf(id);
    double sum = 0;
    double weights = 0;
    for (const Term& term : query.terms) {
      const Matrix other = term.text.empty() ? VectorOf(term.item_id) : TextVector(term.text);
      double dot = 0;
      for (int i = 0; i < kDim; ++i) dot += double{own.row(0)[i]} * double{other.row(0)[i]};
      sum += term.weight * dot;
      weights += std::abs(term.weight);
    }
    return sum / weights;
  }

  absl::StatusOr<Answer> Ask(const Query& query) { return Search(*collection_, terms_, query); }
  const std::map<std::string, Known>& known() const { return known_; }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

 private:
  Entry MakeEntry() {
    Entry entry;
    entry.item.id = fmt::format("item{:03}", Below(300));
    entry.item.bytes = static_cast<uint64_t>(Below(10));
    entry.item.caption = std::string(1, static_cast<char>('a' + Below(3)));
    entry.item.sha256 = std::string(64, '0');
    entry.item.metadata_json =
        fmt::format(R"({{"number":{},"tags":["x","{}"]}})", entry.item.bytes, entry.item.caption);
    Matrix row(1, kDim);
    // A third of the vectors comes from few kinds, so that scores tie.
    std::mt19937 kind(Below(3) == 0 ? Below(4) : random_());
    std::normal_distribution<float> normal;
    for (int i = 0; i < kDim; ++i) row.row(0)[i] = normal(kind);
    NormalizeRows(row);
    const HalfMatrix half = ToHalf(row);
    entry.vectors.push_back(
        {{entry.item.id}, encoder_->model(), {half.row(0), half.row(0) + kDim}});
    return entry;
  }

  std::string AnyId() {
    auto it = known_.begin();
    std::advance(it, Below(static_cast<int>(known_.size())));
    return it->first;
  }

  Matrix VectorOf(const std::string& id) const {
    const auto stored = collection_->store().GetVectors(id, encoder_->model()).value();
    return ToFloat(HalfMatrixView(stored.at(0).values.data(), 1, kDim));
  }

  Matrix TextVector(const std::string& text) const {
    const Content content = TextContent{text};
    return encoder_->Encode({&content, 1})->rows;
  }

  std::mt19937 random_;
  std::unique_ptr<Encoder> encoder_;
  TermEncoder terms_;
  std::unique_ptr<Collection> collection_;
  std::map<std::string, Known> known_;
};

// A filter as JSON and as the test understands it.
struct Wanted {
  std::string json = "{}";
  std::string tag;
  int at_least = 0;

  bool Has(const Known& known) const {
    return known.number >= at_least && (tag.empty() || known.tag == tag);
  }
};

Wanted MakeFilter(Library& library) {
  Wanted wanted;
  std::string clauses;
  if (library.Below(2)) {
    wanted.at_least = library.Below(11);
    clauses = fmt::format(R"({{"key":"number","range":{{"gte":{}}}}})", wanted.at_least);
  }
  if (library.Below(2)) {
    wanted.tag = std::string(1, static_cast<char>('a' + library.Below(3)));
    if (!clauses.empty()) clauses += ",";
    clauses += fmt::format(R"({{"key":"tags","match":"{}"}})", wanted.tag);
  }
  wanted.json = fmt::format(R"({{"must":[{}]}})", clauses);
  return wanted;
}

bool IsTerm(const Query& query, const std::string& id) {
  return std::any_of(query.terms.begin(), query.terms.end(),
                     [&](const Term& term) { return term.item_id == id; });
}

// Scores of all that may be hits.
std::map<std::string, double> Expected(Library& library, const Query& query, const Wanted& wanted) {
  std::map<std::string, double> scores;
  for (const auto& [id, known] : library.known()) {
    if (wanted.Has(known) && !IsTerm(query, id)) scores[id] = library.Score(query, id);
  }
  return scores;
}

// That `hits` are the best of `expected`, in order.
void CheckHits(const std::vector<Hit>& hits, std::map<std::string, double> expected) {
  const Hit* last = nullptr;
  for (const Hit& hit : hits) {
    ASSERT_EQ(expected.count(hit.item.id), 1u) << hit.item.id;
    EXPECT_NEAR(hit.raw_score, expected[hit.item.id], kTolerance);
    if (last != nullptr) {
      EXPECT_GE(last->raw_score, hit.raw_score);
      EXPECT_TRUE(last->raw_score > hit.raw_score || last->item.id < hit.item.id);
    }
    expected.erase(hit.item.id);
    last = &hit;
  }
  for (const auto& [id, score] : expected) {
    EXPECT_TRUE(last == nullptr || score <= last->raw_score + kTolerance) << id;
  }
}

class SearchProperty : public testing::TestWithParam<uint32_t> {};

TEST_P(SearchProperty, EqualsAPlainScan) {
  Library library(GetParam());
  for (int round = 0; round < 60; ++round) {
    Query query = library.MakeQuery();
    const Wanted wanted = MakeFilter(library);
    query.filter = Filter::Parse(wanted.json).value();
    const auto expected = Expected(library, query, wanted);
    const auto answer = library.Ask(query);
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->hits.size(), std::min<size_t>(expected.size(), query.limit));
    EXPECT_EQ(answer->next_cursor.empty(), expected.size() <= answer->hits.size());
    CheckHits(answer->hits, expected);
    if (round % 10 == 9) library.Change();
  }
}

TEST_P(SearchProperty, PagesCoverEverythingOnce) {
  Library library(GetParam() + 100);
  for (int round = 0; round < 10; ++round) {
    Query query = library.MakeQuery();
    const Wanted wanted = MakeFilter(library);
    query.filter = Filter::Parse(wanted.json).value();
    std::vector<Hit> all;
    do {
      const auto page = library.Ask(query);
      ASSERT_TRUE(page.ok()) << page.status();
      all.insert(all.end(), page->hits.begin(), page->hits.end());
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    const auto expected = Expected(library, query, wanted);
    ASSERT_EQ(all.size(), expected.size());
    CheckHits(all, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SearchProperty, testing::Range(1u, 7u));

}  // namespace
}  // namespace imago
