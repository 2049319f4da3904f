#include "query/search.h"

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "kernels/kernels.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

// Pictures of plain colours under the hash encoder, which understands colour words.
class SearchTest : public testing::Test {
 protected:
  void SetUp() override {
    collection_ = Collection::Open(MakeTempDir(), encoder_->model(), encoder_->dim()).value();
  }

  void Add(const std::string& id, const Colour& colour, const std::string& metadata = "{}") {
    const Content content = ImageContent{PlainImage(colour)};
    const HalfMatrix row = ToHalf(encoder_->Encode({&content, 1})->rows);
    Entry entry;
    entry.item.id = id;
    entry.item.sha256 = std::string(64, 'a');
    entry.item.metadata_json = metadata;
    entry.vectors.push_back({{id}, encoder_->model(), {row.row(0), row.row(0) + encoder_->dim()}});
    entries_.push_back(std::move(entry));
  }
  void Write() { ASSERT_TRUE(collection_->Write(std::exchange(entries_, {})).ok()); }

  absl::StatusOr<Answer> Ask(std::vector<Term> terms) {
    query_.terms = std::move(terms);
    return Search(*collection_, terms_, query_);
  }
  std::string Ids(std::vector<Term> terms) {
    const auto answer = Ask(std::move(terms));
    if (!answer.ok()) return answer.status().ToString();
    std::string ids;
    for (const Hit& hit : answer->hits) ids += (ids.empty() ? "" : " ") + hit.item.id;
    return ids;
  }
  absl::StatusCode ErrorOf(std::vector<Term> terms) {
    return Ask(std::move(terms)).status().code();
  }

  std::unique_ptr<Encoder> encoder_ = NewHashEncoder();
  TermEncoder terms_{*encoder_};
  std::unique_ptr<Collection> collection_;
  std::vector<Entry> entries_;
  Query query_;
};

TEST_F(SearchTest, FindsByWords) {
  Add("r", kRed);
  Add("g", kGreen);
  Add("b", kBlue);
  Write();
  query_.limit = 1;
  EXPECT_EQ(Ids({{.text = "red"}}), "r");
  EXPECT_EQ(Ids({{.text = "green"}}), "g");
  EXPECT_EQ(Ids({{.text = "blue"}}), "b");
}

TEST_F(SearchTest, FindsByPicture) {
  Add("r", kRed);
  Add("b", kBlue);
  Write();
  query_.limit = 1;
  EXPECT_EQ(Ids({{.image = PlainImage({200, 40, 30}, 50, 30)}}), "r");
}

TEST_F(SearchTest, LeavesOutTheItemThatItSearchesBy) {
  Add("r1", kRed);
  Add("r2", kRed);
  Add("b", kBlue);
  Write();
  EXPECT_EQ(Ids({{.item_id = "r1"}}), "r2 b");
}

TEST_F(SearchTest, NegativeTermsPushAway) {
  Add("r", kRed);
  Add("b", kBlue);
  Write();
  const Term both{.image = PlainImage({120, 20, 120})};
  EXPECT_EQ(Ids({both, {.text = "red", .weight = -1}}), "b r");
  EXPECT_EQ(Ids({both, {.text = "blue", .weight = -1}}), "r b");
}

TEST_F(SearchTest, GivesEveryMatchAmongThousands) {
  for (int i = 0; i < 3000; ++i) {
    const bool match = i % 600 == 0;
    Add(fmt::format("{:04}", i), match ? kBlue : kRed, match ? R"({"keep":true})" : "{}");
  }
  Write();
  query_.limit = 5;
  query_.filter = Filter::Parse(R"({"must":[{"key":"keep","match":true}]})").value();
  EXPECT_EQ(Ids({{.text = "red"}}), "0000 0600 1200 1800 2400");
}

TEST_F(SearchTest, OrdersEqualScoresById) {
  for (const char* id : {"d", "a", "c", "e", "b"}) Add(id, kRed);
  Write();
  query_.limit = 3;
  EXPECT_EQ(Ids({{.text = "red"}}), "a b c");
}

TEST_F(SearchTest, GoesOnAfterTheLastHitWhateverIsWrittenMeanwhile) {
  for (const char* id : {"b", "d", "f"}) Add(id, kRed);
  Write();
  query_.limit = 2;
  const auto first = Ask({{.text = "red"}});
  ASSERT_EQ(first->hits.size(), 2u);
  for (const char* id : {"a", "e"}) Add(id, kRed);
  Write();
  ASSERT_TRUE(collection_->Remove({"d"}).ok());
  query_.cursor = first->next_cursor;
  EXPECT_EQ(Ids({{.text = "red"}}), "e f");
}

TEST_F(SearchTest, EndsAtTheLeastScore) {
  Add("r", kRed);
  Add("b", kBlue);
  Write();
  const auto all = Ask({{.text = "red"}});
  ASSERT_EQ(all->hits.size(), 2u);
  query_.min_score = all->hits[0].score;
  EXPECT_EQ(Ids({{.text = "red"}}), "r");
}

TEST_F(SearchTest, LeavesMetadataOutWhenNotAskedFor) {
  Add("r", kRed, R"({"a":1})");
  Write();
  EXPECT_EQ(Ask({{.text = "red"}})->hits.at(0).item.metadata_json, R"({"a":1})");
  query_.include_metadata = false;
  EXPECT_EQ(Ask({{.text = "red"}})->hits.at(0).item.metadata_json, "");
}

TEST_F(SearchTest, SaysWhatItSearched) {
  Add("r", kRed);
  Write();
  const auto answer = Ask({{.text = "red"}});
  EXPECT_EQ(answer->model, "hash@00000000");
  EXPECT_EQ(answer->mode, "exact");
  EXPECT_EQ(answer->snapshot, 1u);
}

TEST_F(SearchTest, FindsNothingInAnEmptyCollection) { EXPECT_EQ(Ids({{.text = "red"}}), ""); }

TEST_F(SearchTest, RefusesSenselessQueries) {
  using absl::StatusCode;
  EXPECT_EQ(ErrorOf({}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{.text = "a", .item_id = "b"}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{.text = "a", .weight = -1}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{.text = "a", .weight = 0}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{.text = "a", .weight = NAN}}), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(std::vector<Term>(33, {.text = "a"})), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf({{.item_id = "nobody"}}), StatusCode::kNotFound);
  for (const int limit : {0, -1, 1001}) {
    query_.limit = limit;
    EXPECT_EQ(ErrorOf({{.text = "a"}}), StatusCode::kInvalidArgument) << limit;
  }
}

TEST(DisplayScore, KeepsTheOrderWithinZeroAndOne) {
  for (const double share : {0.0, 0.5, 1.0}) {
    double last = 0;
    for (double raw = -1; raw <= 1; raw += 0.01) {
      const double score = DisplayScore(raw, share);
      EXPECT_GE(score, last);
      EXPECT_LE(score, 1);
      last = score;
    }
  }
}

}  // namespace
}  // namespace imago
