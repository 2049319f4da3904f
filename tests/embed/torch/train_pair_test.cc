// A whole training of two tiny towers, from a manifest to a bundle that opens.

#include "embed/train_pair.h"

#include <algorithm>
#include <numeric>

#include "embed/bundle.h"
#include "embed/encoder.h"
#include "embed/torch/pair_batches.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

// Four pictures of each colour to train on, two held out.
std::string ColourManifest() {
  const std::string dir = MakeTempDir();
  std::string table = "file\tsource\tlabel\tsplit\tuse\n";
  const std::pair<const char*, Colour> colours[] = {
      {"red", kRed}, {"green", kGreen}, {"blue", kBlue}, {"white", kWhite}};
  for (const auto& [name, colour] : colours) {
    for (int i = 0; i < 6; ++i) {
      const std::string file = fmt::format("{}{}.bmp", name, i);
      WriteTestFile(dir + "/" + file, PlainBmp(colour, 20 + i, 20));
      table += fmt::format("{}\tmade\t{}\t{}\ttrain\n", file, name, i < 4 ? "train" : "test");
    }
  }
  WriteTestFile(dir + "/photos.tsv", table);
  return dir + "/photos.tsv";
}

// More keys as the inside of a JSON object.
TrainPairOptions Options(const std::string& more = "") {
  static const std::string manifest = ColourManifest();
  const auto options = ParseTrainPairConfig(fmt::format(R"({{
    "model": {{"name": "tiny", "dim": 8,
      "preprocess": {{"size": 16, "mode": "short_side", "mean": [0.5,0.5,0.5],
                      "std": [0.5,0.5,0.5]}},
      "tokenizer": {{"kind": "sentencepiece", "file": "tokenizer.model", "max_tokens": 24}},
      "image_tower": {{"kind": "vit", "size": 16, "patch": 8, "width": 16, "layers": 1, "heads": 2,
                       "activation": "gelu"}},
      "text_tower": {{"kind": "clip-text", "context": 24, "width": 16, "layers": 1, "heads": 2,
                      "activation": "gelu"}}}},
    "tokenizer": {{"learn": 80}},
    "data": [{{"manifest": "{}", "texts": "pictures", "augment": "none"}}],
    "steps": 60, "batch": 16, "rate": 0.01, "weight_decay": 0{}}})",
                                                        manifest, more));
  EXPECT_TRUE(options.ok()) << options.status();
  TrainPairOptions all = *options;
  all.out_dir = MakeTempDir() + "/bundle";
  all.run_dir = MakeTempDir() + "/run";
  return all;
}

PairReport Train(const TrainPairOptions& options) {
  TrainControl control;
  const auto report = TrainPair(options, control);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : PairReport();
}

TEST(TrainPair, MakesABundleThatKnowsItsColours) {
  const TrainPairOptions options = Options();
  const PairReport report = Train(options);
  EXPECT_EQ(report.pictures, 16);
  EXPECT_EQ(report.labels, 4);
  EXPECT_EQ(report.held_out_pictures, 8);
  EXPECT_EQ(report.recall, 100);
  EXPECT_LT(report.last_loss, report.first_loss);
  EXPECT_GT(report.pairs_per_second, 0);
  EXPECT_THAT(ReadTestFile(options.run_dir + "/report.html"), HasSubstr(report.model));

  const auto bundle = OpenBundle(options.out_dir);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->id, report.model);
  const auto encoder = OpenEncoder(options.out_dir);
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  const auto rows =
      (*encoder)->Encode({ImageContent{PlainImage(kRed)}, TextContent{"a photo of a red."},
                          TextContent{"a photo of a blue."}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  const auto dot = [&](int text) {
    return std::inner_product(rows->rows.row(0), rows->rows.row(0) + 8, rows->rows.row(text), 0.0f);
  };
  EXPECT_GT(dot(1), dot(2));
}

TEST(TrainPair, GoesOnAfterAStopWithTheSameWeights) {
  const TrainPairOptions whole = Options(R"(, "ema": 0.9, "scenes": {"share": 0.25})");
  const PairReport one = Train(whole);

  TrainPairOptions parts = whole;
  parts.out_dir = MakeTempDir() + "/bundle";
  parts.run_dir = MakeTempDir() + "/run";
  TrainControl control;
  control.on_progress = [&control](const TrainProgress& now) {
    if (now.phase == "training" && now.done == 7) control.stop = true;
  };
  const auto stopped = TrainPair(parts, control).status();
  EXPECT_EQ(stopped.code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(std::string(stopped.message()), HasSubstr("step 7 of 60"));
  const PairReport other = Train(parts);
  EXPECT_EQ(other.last_loss, one.last_loss);
  EXPECT_EQ(ReadTestFile(parts.out_dir + "/weights.safetensors"),
            ReadTestFile(whole.out_dir + "/weights.safetensors"));
}

TEST(TrainPair, StopsEarlyAndKeepsTheBest) {
  const TrainPairOptions options =
      Options(R"(, "held_out": {"every": 5, "patience": 2}, "schedule": "constant")");
  const PairReport report = Train(options);
  EXPECT_LT(report.steps, 60);
  ASSERT_GE(report.held_out.size(), 3u);
  double best = 0;
  for (const HeldOutPoint& point : report.held_out) best = std::max(best, point.recall);
  EXPECT_EQ(report.held_out.end()[-3].recall, best);
  EXPECT_EQ(report.recall, best);
  EXPECT_THAT(ReadTestFile(options.run_dir + "/report.html"), HasSubstr("Held-out recall"));
}

TEST(TrainPair, BeginsFromAnotherBundleAndLearnsFromATeacher) {
  const TrainPairOptions first = Options();
  Train(first);
  TrainPairOptions second = Options(fmt::format(
      R"(, "image": {{"from": "{0}", "train": "frozen"}}, "teacher": {{"bundle": "{0}"}})",
      first.out_dir));
  second.steps = 20;
  Train(second);
  const auto one = SafetensorsFile::Open(first.out_dir + "/weights.safetensors");
  const auto other = SafetensorsFile::Open(second.out_dir + "/weights.safetensors");
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(*one->ReadFloats("image.proj"), *other->ReadFloats("image.proj"));
  EXPECT_NE(*one->ReadFloats("text.text_projection"), *other->ReadFloats("text.text_projection"));
}

TEST(TrainPair, RefusesABundleOfOtherTowersAsABeginning) {
  const TrainPairOptions first = Options();
  Train(first);
  TrainPairOptions second = Options();
  second.model.image_tower.numbers["width"] = 32;
  second.image.from = first.out_dir;
  TrainControl control;
  const auto status = TrainPair(second, control).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(first.out_dir));
}

TEST(TrainPair, RefusesACheckpointOfOtherSettings) {
  const TrainPairOptions first = Options();
  Train(first);
  TrainPairOptions second = Options(R"(, "seed": 3)");
  second.run_dir = first.run_dir;
  TrainControl control;
  EXPECT_EQ(TrainPair(second, control).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PairBatches, GiveTheProcessesTogetherTheBatchOfOne) {
  TrainPairOptions options = Options(R"(, "scenes": {"share": 0.3}, "patch_dropout": 0.5)");
  TrainControl control;
  const auto examples = PairExamples::Load(options, control);
  ASSERT_TRUE(examples.ok());
  const auto words = NewWordPieceTokenizer("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nred\nof\nphoto\n");
  ASSERT_TRUE(words.ok()) << words.status();
  const PairBatches batches(*examples, **words, nullptr, options);
  const auto whole = batches.Draw(4, 0, 1);
  std::vector<PairBatch> parts;
  for (int rank = 0; rank < 3; ++rank) parts.push_back(*batches.Draw(4, rank, 3));
  const auto together = [&](torch::Tensor PairBatch::*field) {
    return torch::cat({parts[0].*field, parts[1].*field, parts[2].*field});
  };
  EXPECT_TRUE(torch::equal(whole->pixels, together(&PairBatch::pixels)));
  EXPECT_TRUE(torch::equal(whole->keys, together(&PairBatch::keys)));
  EXPECT_TRUE(torch::equal(whole->patches, together(&PairBatch::patches)));
  EXPECT_TRUE(torch::equal(whole->negative_keys, together(&PairBatch::negative_keys)));
  EXPECT_EQ(whole->patches.size(1), 2);
  EXPECT_EQ(whole->negative_keys.size(0), 4);
}

}  // namespace
}  // namespace imago
