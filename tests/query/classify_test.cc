#include "query/classify.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/pictures.h"

namespace imago {
namespace {

using testing::HasSubstr;

// Counts the texts that it is given, and the most of them at once.
class CountingEncoder : public Encoder {
 public:
  int dim() const override { return inner_->dim(); }
  const std::string& model() const override { return inner_->model(); }
  const PreprocessOptions& preprocess() const override { return inner_->preprocess(); }
  double logit_scale() const override { return 7; }
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    for (const Content& content : batch) texts += std::holds_alternative<TextContent>(content);
    most = std::max(most.load(), batch.size());
    if (broken) return absl::InternalError("the encoder is broken");
    auto out = inner_->Encode(batch);
    if (opposite) {
      for (size_t c = 0; c < out->rows.cols(); ++c) out->rows.row(1)[c] = -out->rows.row(0)[c];
    }
    return out;
  }

  mutable std::atomic<size_t> texts{0};
  mutable std::atomic<size_t> most{0};
  std::atomic<bool> broken{false};
  std::atomic<bool> opposite{false};

 private:
  std::unique_ptr<Encoder> inner_ = NewHashEncoder();
};

using Row = std::vector<double>;

Row Unit(Row row) {
  double square = 0;
  for (const double x : row) square += x * x;
  for (double& x : row) x /= std::sqrt(square);
  return row;
}

Row RowOf(const Content& content) {
  const auto encoded = NewHashEncoder()->Encode({&content, 1});
  return Unit({encoded->rows.row(0), encoded->rows.row(0) + encoded->rows.cols()});
}

// By the book, in double.
Row Ensemble(const std::string& label, const std::vector<std::string>& templates) {
  Row sum(64);
  for (std::string text : templates) {
    text.replace(text.find("{}"), 2, label);
    const Row row = RowOf(TextContent{text});
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += row[i] / double(templates.size());
  }
  return Unit(sum);
}

double Dot(const Row& a, const Row& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

const LabelPrompts kColours = {{"red", "green dog", "blue", "cat"},
                               {"{}", "a painting of the {}.", "{}, a type of paint"}};

Matrix Pictures(const std::vector<Image>& images) {
  std::vector<Content> contents;
  for (const Image& image : images) contents.push_back(ImageContent{image});
  return NewHashEncoder()->Encode(contents)->rows;
}

std::string ErrorOf(const LabelPrompts& prompts) {
  const absl::Status status = CheckLabelPrompts(prompts);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

TEST(Classifier, MakesLabelVectorsByTheBook) {
  const CountingEncoder encoder;
  const auto vectors = Classifier(encoder).LabelVectors(kColours);
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  ASSERT_EQ((*vectors)->rows(), 4u);
  for (size_t r = 0; r < 4; ++r) {
    const Row expected = Ensemble(kColours.labels[r], kColours.templates);
    for (size_t c = 0; c < 64; ++c) EXPECT_NEAR((*vectors)->row(r)[c], expected[c], 1e-6);
  }
}

TEST(Classifier, OneTemplateGivesThatTextsVector) {
  const CountingEncoder encoder;
  const auto vectors = Classifier(encoder).LabelVectors({{"cat"}, {"the {} sat down"}});
  ASSERT_TRUE(vectors.ok()) << vectors.status();
  const Row expected = RowOf(TextContent{"the cat sat down"});
  for (size_t c = 0; c < 64; ++c) EXPECT_NEAR((*vectors)->row(0)[c], expected[c], 1e-6);
}

TEST(Classifier, SharesAreTheSoftmaxOfScaledCosines) {
  const CountingEncoder encoder;
  const std::vector<Image> images = {PlainImage(kRed), PlainImage(kBlue), SeededImage(5)};
  const auto answer = Classifier(encoder).Classify(Pictures(images), kColours, 4);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->model, "hash@00000000");
  EXPECT_EQ(answer->templates, 3u);
  EXPECT_EQ(answer->logit_scale, 7);
  ASSERT_EQ(answer->results.size(), images.size());
  for (size_t i = 0; i < images.size(); ++i) {
    const Row picture = RowOf(ImageContent{images[i]});
    double sum = 0;
    for (const std::string& label : kColours.labels) {
      sum += std::exp(7 * Dot(picture, Ensemble(label, kColours.templates)));
    }
    ASSERT_EQ(answer->results[i].size(), 4u);
    double total = 0;
    for (const LabelScore& one : answer->results[i]) {
      const double cosine = Dot(picture, Ensemble(one.label, kColours.templates));
      EXPECT_NEAR(one.score, cosine, 1e-5) << one.label;
      EXPECT_NEAR(one.p, std::exp(7 * cosine) / sum, 1e-5) << one.label;
      total += one.p;
    }
    EXPECT_NEAR(total, 1, 1e-9);
  }
}

TEST(Classifier, GivesTheBestFirstAndNoMoreThanAskedFor) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  const Matrix pictures = Pictures({PlainImage(kBlue)});
  const auto all = classifier.Classify(pictures, kColours, 1000);
  const auto two = classifier.Classify(pictures, kColours, 2);
  ASSERT_TRUE(all.ok() && two.ok());
  ASSERT_EQ(all->results[0].size(), 4u);
  EXPECT_EQ(all->results[0][0].label, "blue");
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_GE(all->results[0][i - 1].score, all->results[0][i].score);
  }
  ASSERT_EQ(two->results[0].size(), 2u);
  EXPECT_EQ(two->results[0][0].p, all->results[0][0].p) << "shares are over all labels";
}

TEST(Classifier, EqualLabelsComeInTheOrderGiven) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  // Upper case makes no difference to this encoder.
  const auto answer =
      classifier.Classify(Pictures({PlainImage(kRed)}), {{"cat", "RED", "red", "Red"}, {"{}"}}, 3);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->results[0][0].label, "RED");
  EXPECT_EQ(answer->results[0][1].label, "red");
  EXPECT_EQ(answer->results[0][2].label, "Red");
}

TEST(Classifier, EncodesNoTextTwice) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  ASSERT_TRUE(classifier.LabelVectors(kColours).ok());
  EXPECT_EQ(encoder.texts, 12u);
  const auto again = classifier.Classify(Pictures({PlainImage(kRed)}), kColours, 1);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(encoder.texts, 12u);
  LabelPrompts other = kColours;
  std::swap(other.labels[0], other.labels[1]);
  ASSERT_TRUE(classifier.LabelVectors(other).ok());
  EXPECT_EQ(encoder.texts, 24u) << "another order is another matrix";
  other.templates.pop_back();
  ASSERT_TRUE(classifier.LabelVectors(other).ok());
  EXPECT_EQ(encoder.texts, 32u);
}

TEST(Classifier, TellsListsApartThatReadAlike) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  const auto one = classifier.LabelVectors({{"ab", "c"}, {"{}"}});
  const auto other = classifier.LabelVectors({{"a", "bc"}, {"{}"}});
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(encoder.texts, 4u);
  EXPECT_NE(*one, *other);
}

TEST(Classifier, ForgetsWhatWasLongestUnused) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  const auto ask = [&](int i) {
    ASSERT_TRUE(classifier.LabelVectors({{fmt::format("label {}", i)}, {"{}"}}).ok());
  };
  for (int i = 0; i < 64; ++i) ask(i);
  ask(0);
  EXPECT_EQ(encoder.texts, 64u);
  ask(64);  // in place of 1
  ask(0);
  EXPECT_EQ(encoder.texts, 65u);
  ask(1);
  EXPECT_EQ(encoder.texts, 66u);
}

TEST(Classifier, HoldsNoMoreThanSoManyLabels) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  const auto ask = [&](int i) {
    LabelPrompts prompts{{}, {"{}"}};
    for (int k = 0; k < 1000; ++k) prompts.labels.push_back(fmt::format("{} {}", i, k));
    ASSERT_TRUE(classifier.LabelVectors(prompts).ok());
  };
  for (int i = 0; i < 9; ++i) ask(i);
  EXPECT_EQ(encoder.texts, 9000u);
  ask(1);
  EXPECT_EQ(encoder.texts, 9000u);
  ask(0);
  EXPECT_EQ(encoder.texts, 10000u) << "8 lists of 1000 are kept";
  EXPECT_LE(encoder.most, 256u) << "a long list leaves room for others between its parts";
}

TEST(Classifier, RemembersNothingOfAFailure) {
  CountingEncoder encoder;
  Classifier classifier(encoder);
  encoder.broken = true;
  EXPECT_EQ(classifier.LabelVectors(kColours).status().message(), "the encoder is broken");
  encoder.broken = false;
  EXPECT_TRUE(classifier.LabelVectors(kColours).ok());
}

TEST(Classifier, NamesTheLabelThatHasNoVector) {
  CountingEncoder encoder;
  encoder.opposite = true;
  const auto vectors = Classifier(encoder).LabelVectors({{"cat"}, {"a {}", "no {}"}});
  EXPECT_TRUE(absl::IsInternal(vectors.status()));
  EXPECT_THAT(std::string(vectors.status().message()), HasSubstr("\"cat\""));
}

TEST(Classifier, ServesManyThreadsAtOnce) {
  const CountingEncoder encoder;
  Classifier classifier(encoder);
  const Matrix pictures = Pictures({PlainImage(kGreen)});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const std::string other = fmt::format("word {}", i % 70);
        const auto answer = classifier.Classify(pictures, {{other, "green"}, {"{}"}}, 1);
        ASSERT_TRUE(answer.ok());
        EXPECT_EQ(answer->results[0][0].label, "green");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(LabelPrompts, LimitsAreNamed) {
  const std::vector<std::string> one = {"{}"};
  EXPECT_EQ(ErrorOf({{}, one}), "labels: must be 1 to 1000, are 0");
  LabelPrompts many{{}, one};
  for (int i = 0; i < 1000; ++i) many.labels.push_back(std::to_string(i));
  EXPECT_TRUE(CheckLabelPrompts(many).ok());
  many.labels.push_back("more");
  EXPECT_EQ(ErrorOf(many), "labels: must be 1 to 1000, are 1001");
  EXPECT_TRUE(CheckLabelPrompts({{std::string(200, 'x')}, one}).ok());
  EXPECT_EQ(ErrorOf({{"a", std::string(201, 'x')}, one}),
            "labels[1]: must have at most 200 bytes, has 201");
  EXPECT_EQ(ErrorOf({{"a", ""}, one}), "labels[1]: must not be empty");
  EXPECT_EQ(ErrorOf({{" \t"}, one}), "labels[0]: must not be empty");
  EXPECT_EQ(ErrorOf({{"caf\xe9"}, one}), "labels[0]: is not UTF-8");
  EXPECT_TRUE(CheckLabelPrompts({{"caf\xc3\xa9"}, one}).ok());
  EXPECT_EQ(ErrorOf({{"cat", "dog", "cat"}, one}), "labels[2]: \"cat\" is given twice");
}

TEST(LabelPrompts, AreNotTooManyTogether) {
  LabelPrompts prompts;
  for (int i = 0; i < 250; ++i) prompts.labels.push_back(std::to_string(i));
  for (int i = 0; i < 80; ++i) prompts.templates.push_back("{} " + std::to_string(i));
  EXPECT_TRUE(CheckLabelPrompts(prompts).ok());
  prompts.labels.push_back("more");
  EXPECT_EQ(ErrorOf(prompts),
            "labels: 251 labels in 80 templates are 20080 texts, at most 20000 go");
}

TEST(LabelPrompts, TemplatesHaveOnePlaceForTheLabel) {
  const auto error = [](const std::vector<std::string>& templates) {
    return ErrorOf({{"cat"}, templates});
  };
  EXPECT_EQ(error({}), "templates: must be 1 to 100, are 0");
  EXPECT_EQ(error(std::vector<std::string>(101, "{}")), "templates: must be 1 to 100, are 101");
  EXPECT_EQ(error({"{}", "a photo"}), "templates[1]: \"a photo\" must have {} exactly once");
  EXPECT_EQ(error({"{} and {}"}), "templates[0]: \"{} and {}\" must have {} exactly once");
  EXPECT_EQ(error({std::string(199, 'x') + "{}"}),
            "templates[0]: must have at most 200 bytes, has 201");
  EXPECT_EQ(error({"\xff{}"}), "templates[0]: is not UTF-8");
  EXPECT_TRUE(CheckLabelPrompts({{"cat"}, {std::string(198, 'x') + "{}", "{ {} }", "{}"}}).ok());
}

}  // namespace
}  // namespace imago
