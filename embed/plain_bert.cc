#include "embed/plain_bert.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "embed/word_pieces.h"
#include "fmt/format.h"
#include "kernels/kernels.h"
#include "kernels/token_rows.h"

namespace imago {
namespace {

constexpr size_t kHeadWidth = 32;
constexpr int kMaxLayers = 24;
constexpr float kEpsilon = 1e-12f;

// Columns [begin, begin + kHeadWidth).
Matrix HeadOf(const Matrix& rows, size_t begin) {
  Matrix head(rows.rows(), kHeadWidth);
  for (size_t r = 0; r < rows.rows(); ++r) {
    std::copy_n(rows.row(r) + begin, kHeadWidth, head.row(r));
  }
  return head;
}

void Softmax(float* scores, size_t count, float scale) {
  const float most = *std::max_element(scores, scores + count);
  float sum = 0;
  for (size_t i = 0; i < count; ++i) {
    scores[i] = std::exp(scale * (scores[i] - most));
    sum += scores[i];
  }
  for (size_t i = 0; i < count; ++i) scores[i] /= sum;
}

// x Phi(x)
void Gelu(Matrix& rows) {
  float* values = rows.data();
  for (size_t i = 0; i < rows.rows() * rows.cols(); ++i) {
    values[i] *= 0.5f * (1 + std::erf(values[i] / std::numbers::sqrt2_v<float>));
  }
}

void AddTo(const Matrix& from, Matrix& to) {
  ActiveKernels().add_scaled(from.data(), 1, to.data(), from.rows() * from.cols());
}

}  // namespace

// Reads tensors until one is wrong.
class PlainBert::Reader {
 public:
  Reader(const SafetensorsFile& file, std::string prefix)
      : file_(file), prefix_(std::move(prefix)) {}

  const absl::Status& status() const { return status_; }
  bool Has(const std::string& name) const { return file_.Has(prefix_ + name); }

  Matrix Table(const std::string& name, size_t rows, size_t cols) {
    return Keep([&] { return ReadMatrix(file_, prefix_ + name + ".weight", rows, cols); });
  }
  LinearLayer Linear(const std::string& name, size_t out, size_t in) {
    return Keep([&] { return ReadLinearLayer(file_, prefix_ + name, out, in); });
  }
  BertNorm NormOf(const std::string& name, size_t width) {
    const auto vector = [&](const char* part) {
      return Keep([&] { return ReadVector(file_, prefix_ + name + part, width); });
    };
    return {vector(".weight"), vector(".bias")};
  }

 private:
  template <typename Read>
  auto Keep(Read read) -> typename decltype(read())::value_type {
    if (status_.ok()) {
      auto found = read();
      if (found.ok()) return *std::move(found);
      status_ = found.status();
    }
    return {};
  }

  const SafetensorsFile& file_;
  const std::string prefix_;
  absl::Status status_;
};

absl::StatusOr<PlainBert> PlainBert::Read(const SafetensorsFile& file, const std::string& prefix,
                                          size_t pieces) {
  PlainBert bert;
  Reader reader(file, prefix);
  bert.words_ = reader.Table("embeddings.word_embeddings", pieces, 0);
  const size_t width = bert.width();
  if (reader.status().ok() && width % kHeadWidth != 0) {
    return absl::InvalidArgumentError(
        fmt::format("tensor {}embeddings.word_embeddings.weight has {} columns, no multiple of {}",
                    prefix, width, kHeadWidth));
  }
  bert.places_ = reader.Table("embeddings.position_embeddings", kRunPieces, width);
  const Matrix segments = reader.Table("embeddings.token_type_embeddings", 2, width);
  bert.norm_ = reader.NormOf("embeddings.LayerNorm", width);
  for (int i = 0; i < kMaxLayers; ++i) {
    const std::string name = fmt::format("encoder.layer.{}.", i);
    if (i > 0 && !reader.Has(name + "output.dense.weight")) break;
    Layer layer;
    layer.query = reader.Linear(name + "attention.self.query", width, width);
    layer.key = reader.Linear(name + "attention.self.key", width, width);
    layer.value = reader.Linear(name + "attention.self.value", width, width);
    layer.attention_out = reader.Linear(name + "attention.output.dense", width, width);
    layer.attention_norm = reader.NormOf(name + "attention.output.LayerNorm", width);
    layer.intermediate = reader.Linear(name + "intermediate.dense", 0, width);
    layer.out = reader.Linear(name + "output.dense", width, layer.intermediate.weight.rows());
    layer.out_norm = reader.NormOf(name + "output.LayerNorm", width);
    bert.layers_.push_back(std::move(layer));
  }
  if (!reader.status().ok()) return reader.status();
  for (size_t i = 0; i < bert.places_.rows(); ++i) {
    ActiveKernels().add_scaled(segments.row(0), 1, bert.places_.row(i), width);
  }
  if (TilesInUse()) bert.UseTiles();
  return bert;
}

void PlainBert::UseTiles() {
  const auto matrix = [](const LinearLayer& layer) {
    const float* weight = layer.weight.data();
    return BertMatrix{{weight, weight + layer.weight.rows() * layer.weight.cols()}, layer.bias};
  };
  BertWeights weights;
  weights.width = width();
  weights.heads = width() / kHeadWidth;
  weights.epsilon = kEpsilon;
  weights.words = ToHalf(words_);
  weights.places = places_;
  weights.norm = norm_;
  for (const Layer& layer : layers_) {
    weights.layers.push_back({matrix(layer.query), matrix(layer.key), matrix(layer.value),
                              matrix(layer.attention_out), layer.attention_norm,
                              matrix(layer.intermediate), matrix(layer.out), layer.out_norm});
  }
  tiles_ = TileBert::Make(std::move(weights));
  if (tiles_ != nullptr) layers_.clear();
}

Matrix PlainBert::Attend(const Layer& layer, const Matrix& rows) {
  const Kernels& kernels = ActiveKernels();
  const float scale = 1 / std::sqrt(static_cast<float>(kHeadWidth));
  const size_t count = rows.rows();
  const Matrix queries = layer.query.Apply(rows);
  const Matrix keys = layer.key.Apply(rows);
  const Matrix values = layer.value.Apply(rows);
  Matrix mixed(count, rows.cols());
  Matrix weights(count, count);
  for (size_t at = 0; at < rows.cols(); at += kHeadWidth) {
    kernels.dots_f32(HeadOf(queries, at).data(), count, HeadOf(keys, at).data(), count, kHeadWidth,
                     weights.data());
    for (size_t r = 0; r < count; ++r) {
      Softmax(weights.row(r), count, scale);
      for (size_t k = 0; k < count; ++k) {
        kernels.add_scaled(values.row(k) + at, weights.row(r)[k], mixed.row(r) + at, kHeadWidth);
      }
    }
  }
  return layer.attention_out.Apply(mixed);
}

void PlainBert::Normalize(const BertNorm& norm, Matrix& rows) {
  std::vector<uint16_t> rounded(rows.rows() * rows.cols());
  ScalarNormalizeTokens({norm.gain.data(), norm.bias.data(), kEpsilon, rows.cols()}, rows.rows(),
                        rows.data(), rounded.data());
}

Matrix PlainBert::Rows(absl::Span<const int32_t> ids) const {
  if (tiles_ != nullptr) return tiles_->Rows(std::vector<int64_t>(ids.begin(), ids.end()));
  Matrix rows(ids.size(), width());
  for (size_t i = 0; i < ids.size(); ++i) {
    std::copy_n(words_.row(static_cast<size_t>(ids[i])), width(), rows.row(i));
    ActiveKernels().add_scaled(places_.row(i), 1, rows.row(i), width());
  }
  Normalize(norm_, rows);
  for (const Layer& layer : layers_) {
    AddTo(Attend(layer, rows), rows);
    Normalize(layer.attention_norm, rows);
    Matrix inner = layer.intermediate.Apply(rows);
    Gelu(inner);
    AddTo(layer.out.Apply(inner), rows);
    Normalize(layer.out_norm, rows);
  }
  return rows;
}

}  // namespace imago
