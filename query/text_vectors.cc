#include "query/text_vectors.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/kernels.h"
#include "spdlog/spdlog.h"

namespace imago {
namespace {

constexpr size_t kBatch = 256;

std::string BytesOf(const Half* row, size_t dim) {
  return {reinterpret_cast<const char*>(row), dim * sizeof(Half)};
}

// Empty unless the bytes are a vector of unit length.
std::vector<Half> VectorOf(const std::string& bytes, size_t dim) {
  std::vector<Half> row(dim);
  if (bytes.size() != dim * sizeof(Half)) return {};
  std::memcpy(row.data(), bytes.data(), bytes.size());
  const Matrix values = ToFloat(HalfMatrixView(row.data(), 1, dim));
  const float square = ActiveKernels().dot_f32(values.data(), values.data(), dim);
  if (!(square > 0.98f && square < 1.02f)) return {};
  return row;
}

}  // namespace

uint32_t TextVectors::Intern(const std::string& text) {
  const auto [known, added] = by_text_.emplace(text, static_cast<uint32_t>(texts_.size()));
  if (added) texts_.push_back(text);
  return known->second;
}

uint32_t TextVectors::Find(const std::string& text) const {
  const auto known = by_text_.find(text);
  return known == by_text_.end() ? kNone : known->second;
}

absl::Status TextVectors::Fill(Collection& collection) {
  if (vectors_.rows() == texts_.size()) return absl::OkStatus();
  Load(collection);
  const auto dim = static_cast<size_t>(encoder_.dim());
  while (vectors_.rows() < texts_.size()) {
    const size_t first = vectors_.rows();
    if (const auto found = stored_.find(texts_[first]); found != stored_.end()) {
      vectors_.Append(HalfMatrixView(found->second.data(), 1, dim));
      stored_.erase(found);
      continue;
    }
    const auto last = std::find_if(
        texts_.begin() + first, texts_.begin() + std::min(first + kBatch, texts_.size()),
        [this](const std::string& text) { return stored_.contains(text); });
    const auto rows = EncodeFrom(first, last - texts_.begin() - first);
    if (!rows.ok()) return rows.status();
    Keep(collection, first, *rows);
    vectors_.Append(*rows);
  }
  return absl::OkStatus();
}

std::vector<float> TextVectors::Cosines(const std::vector<float>& vector) const {
  std::vector<float> cosines(vectors_.rows());
  if (cosines.empty()) return cosines;
  ActiveKernels().dots_f16(vector.data(), 1, vectors_.data(), vectors_.rows(), vectors_.cols(),
                           cosines.data());
  return cosines;
}

std::vector<float> TextVectors::CosinesWith(uint32_t number) const {
  const Matrix row = ToFloat(vectors_.view().Slice(number, 1));
  return Cosines({row.data(), row.data() + row.cols()});
}

void TextVectors::Load(const Collection& collection) {
  const Store* const store = &collection.store();
  if (std::find(loaded_.begin(), loaded_.end(), store) != loaded_.end()) return;
  loaded_.push_back(store);
  const std::string prefix = KeyOf("");
  const absl::Status scanned =
      store->ScanBlobs(kTextVectorBlob, [&](const std::string& key, const std::string& bytes) {
        if (!key.starts_with(prefix)) return true;
        std::vector<Half> vector = VectorOf(bytes, static_cast<size_t>(encoder_.dim()));
        const std::string text = key.substr(prefix.size());
        const uint32_t number = Find(text);
        const bool has_vector = number != kNone && number < vectors_.rows();
        if (!vector.empty() && !has_vector) stored_.emplace(text, std::move(vector));
        return true;
      });
  if (!scanned.ok()) spdlog::warn("stored vectors of words: {}", scanned.ToString());
}

absl::StatusOr<HalfMatrix> TextVectors::EncodeFrom(size_t first, size_t count) const {
  std::vector<Content> contents;
  for (size_t i = first; i < first + count; ++i) contents.push_back(TextContent{texts_[i]});
  const auto embeddings = encoder_.Encode(contents);
  if (!embeddings.ok()) return embeddings.status();
  return ToHalf(embeddings->rows);
}

// A cache: what cannot be kept is encoded again another time.
void TextVectors::Keep(Collection& collection, size_t first, const HalfMatrix& rows) const {
  std::vector<Blob> blobs;
  for (size_t i = 0; i < rows.rows(); ++i) {
    blobs.push_back({kTextVectorBlob, KeyOf(texts_[first + i]), BytesOf(rows.row(i), rows.cols())});
  }
  const absl::Status kept = collection.PutBlobs(std::move(blobs));
  if (!kept.ok()) spdlog::warn("vectors of words are not kept: {}", kept.ToString());
}

}  // namespace imago
