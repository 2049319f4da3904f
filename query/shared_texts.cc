#include "query/shared_texts.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr size_t kMostTogether = 16;

std::vector<Content> TrialTexts() {
  static constexpr const char* kWords[] = {"dog", "on a beach", "red", "two old trains", "sky"};
  std::vector<Content> texts;
  for (size_t i = 0; i < kMostTogether; ++i) {
    std::string text = "a photo of";
    for (size_t w = 0; w < 1 + i % 6; ++w) text += fmt::format(" {}", kWords[(i + w * 3) % 5]);
    texts.push_back(TextContent{std::move(text)});
  }
  return texts;
}

// Whether parts of `size` texts give the rows of `alone`.
bool GivesSame(const Encoder& encoder, const std::vector<Content>& texts, size_t size,
               const Matrix& alone) {
  for (size_t first = 0; first < texts.size(); first += size) {
    const auto rows = encoder.Encode(absl::MakeConstSpan(texts).subspan(first, size));
    if (!rows.ok()) return false;
    const size_t bytes = rows->rows.rows() * alone.cols() * sizeof(float);
    if (std::memcmp(rows->rows.data(), alone.row(first), bytes) != 0) return false;
  }
  return true;
}

absl::StatusOr<Matrix> EncodeSafely(const Encoder& encoder, absl::Span<const Content> contents) {
  try {
    auto embeddings = encoder.Encode(contents);
    if (!embeddings.ok()) return embeddings.status();
    return std::move(embeddings->rows);
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("encoding a text: {}", error.what()));
  }
}

}  // namespace

size_t TextsThatGoTogether(const Encoder& encoder) {
  const std::vector<Content> texts = TrialTexts();
  Matrix alone;
  for (const Content& text : texts) {
    const auto row = encoder.Encode({&text, 1});
    if (!row.ok()) return 1;
    alone.Append(row->rows);
  }
  size_t size = kMostTogether;
  while (size > 1 && !GivesSame(encoder, texts, size, alone)) size /= 2;
  return size;
}

absl::StatusOr<std::vector<float>> SharedTexts::Encode(const std::string& text) {
  const auto request = std::make_shared<Request>();
  request->text = text;
  std::unique_lock lock(mutex_);
  waiting_.push_back(request);
  while (!request->done) {
    if (busy_) {
      changed_.wait(lock);
      continue;
    }
    busy_ = true;
    if (waiting_.size() > 1 && together_ == 0) {
      lock.unlock();
      const size_t together = TextsThatGoTogether(encoder_);
      lock.lock();
      together_ = together;
    }
    const Batch batch = TakeBatch();
    lock.unlock();
    std::vector<Vector> vectors = EncodeBatch(batch);
    lock.lock();
    for (size_t i = 0; i < batch.size(); ++i) {
      batch[i]->vector = std::move(vectors[i]);
      batch[i]->done = true;
    }
    busy_ = false;
    changed_.notify_all();
  }
  return std::move(request->vector);
}

size_t SharedTexts::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

SharedTexts::Batch SharedTexts::TakeBatch() {
  const auto count =
      static_cast<ptrdiff_t>(std::min(waiting_.size(), std::max<size_t>(1, together_)));
  Batch batch(waiting_.begin(), waiting_.begin() + count);
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  return batch;
}

std::vector<SharedTexts::Vector> SharedTexts::EncodeBatch(const Batch& batch) {
  std::vector<Content> texts;
  for (const auto& request : batch) texts.push_back(TextContent{request->text});
  const absl::StatusOr<Matrix> rows = EncodeSafely(encoder_, texts);
  std::vector<Vector> vectors;
  for (size_t i = 0; i < batch.size(); ++i) {
    if (rows.ok()) {
      vectors.emplace_back(std::vector<float>(rows->row(i), rows->row(i) + rows->cols()));
    } else if (batch.size() == 1) {
      vectors.emplace_back(rows.status());
    } else {
      vectors.push_back(std::move(EncodeBatch({batch[i]}).front()));
    }
  }
  return vectors;
}

}  // namespace imago
