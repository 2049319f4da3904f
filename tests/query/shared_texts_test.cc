#include "query/shared_texts.h"

#include <future>
#include <semaphore>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/watched_encoder.h"

namespace imago {
namespace {

// As hash, but says how it is asked; the first text that is "held" waits to be let through, one
// with "bad" in it is an error.
class HeldEncoder : public WatchedEncoder {
 public:
  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    const std::string& first = std::get<TextContent>(batch[0]).text;
    if (first == "held") {
      entered.release();
      go_on.acquire();
    }
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back(batch.size());
    }
    for (const Content& content : batch) {
      if (std::get<TextContent>(content).text == "bad") return absl::DataLossError("bad text");
    }
    auto encoded = HashEncode(batch);
    if (batch.size() > honest) encoded->rows.data()[0] += 1e-6f;
    return encoded;
  }
  std::vector<size_t> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

  size_t honest = 100;  // larger batches give other bits
  mutable std::binary_semaphore entered{0}, go_on{0};

 private:
  mutable std::mutex mutex_;
  mutable std::vector<size_t> batches_;
};

std::vector<float> Alone(const std::string& text) {
  const Content content = TextContent{text};
  const Matrix rows = NewHashEncoder()->Encode({&content, 1})->rows;
  return {rows.data(), rows.data() + rows.cols()};
}

TEST(TextsThatGoTogether, AreAsManyAsGiveTheSameBits) {
  HeldEncoder encoder;
  EXPECT_EQ(TextsThatGoTogether(encoder), 16u);
  encoder.honest = 15;
  EXPECT_EQ(TextsThatGoTogether(encoder), 8u);
  encoder.honest = 1;
  EXPECT_EQ(TextsThatGoTogether(encoder), 1u);
}

// One text is being encoded, and others come meanwhile. The sizes of the calls after it, without
// those that try out how many go together.
class SharedTextsTest : public testing::Test {
 protected:
  using Answer = std::future<absl::StatusOr<std::vector<float>>>;

  Answer Ask(const std::string& text) {
    return std::async(std::launch::async, [this, text] { return texts_.Encode(text); });
  }
  std::vector<absl::StatusOr<std::vector<float>>> AskAll(const std::vector<std::string>& texts) {
    Answer first = Ask("held");
    encoder_.entered.acquire();
    std::vector<Answer> answers;
    for (size_t i = 0; i < texts.size(); ++i) {
      answers.push_back(Ask(texts[i]));
      while (texts_.waiting() != i + 1) std::this_thread::yield();
    }
    encoder_.go_on.release();
    EXPECT_EQ(first.get().status(), absl::OkStatus());
    std::vector<absl::StatusOr<std::vector<float>>> vectors;
    for (Answer& answer : answers) vectors.push_back(answer.get());
    return vectors;
  }

  HeldEncoder encoder_;
  SharedTexts texts_{encoder_};
};

TEST_F(SharedTextsTest, WhatComesMeanwhileGoesTogether) {
  const auto vectors = AskAll({"a dog", "red", "two cats"});
  EXPECT_EQ(vectors[0].value(), Alone("a dog"));
  EXPECT_EQ(vectors[1].value(), Alone("red"));
  EXPECT_EQ(vectors[2].value(), Alone("two cats"));
  EXPECT_EQ(encoder_.batches().back(), 3u);
}

TEST_F(SharedTextsTest, WhereABatchGivesOtherBitsEachGoesAlone) {
  encoder_.honest = 1;
  const auto vectors = AskAll({"a dog", "red"});
  EXPECT_EQ(vectors[0].value(), Alone("a dog"));
  EXPECT_EQ(vectors[1].value(), Alone("red"));
  EXPECT_EQ(encoder_.batches().back(), 1u);
}

TEST_F(SharedTextsTest, AnErrorIsOfItsTextAlone) {
  const auto vectors = AskAll({"a dog", "bad", "red"});
  EXPECT_EQ(vectors[0].value(), Alone("a dog"));
  EXPECT_EQ(vectors[1].status(), absl::DataLossError("bad text"));
  EXPECT_EQ(vectors[2].value(), Alone("red"));
}

TEST_F(SharedTextsTest, ThreadsGetTheVectorsOfTheirTexts) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string text = "word" + std::to_string(t * 50 + i);
        EXPECT_EQ(texts_.Encode(text).value(), Alone(text));
      }
    });
  }
}

}  // namespace
}  // namespace imago
