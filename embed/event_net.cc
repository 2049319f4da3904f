#include "embed/event_net.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr int kMaxLayers = 8;

// Over the columns that may be; the others become 0.
template <typename MayBe>
void Softmax(Matrix& scores, MayBe may_be) {
  for (size_t r = 0; r < scores.rows(); ++r) {
    float* row = scores.row(r);
    float most = row[0];
    for (size_t c = 1; c < scores.cols(); ++c) {
      if (may_be(c)) most = std::max(most, row[c]);
    }
    float sum = 0;
    for (size_t c = 0; c < scores.cols(); ++c) {
      row[c] = c == 0 || may_be(c) ? std::exp(row[c] - most) : 0;
      sum += row[c];
    }
    for (size_t c = 0; c < scores.cols(); ++c) row[c] /= sum;
  }
}

// The rows of both, end to end.
Matrix Beside(const Matrix& left, const Matrix& right) {
  Matrix out(left.rows(), left.cols() + right.cols());
  for (size_t r = 0; r < out.rows(); ++r) {
    std::copy_n(right.row(r), right.cols(), std::copy_n(left.row(r), left.cols(), out.row(r)));
  }
  return out;
}

template <typename T>
absl::Status Keep(absl::StatusOr<T> read, T* out) {
  if (read.ok()) *out = *std::move(read);
  return read.status();
}

}  // namespace

absl::Status EventNet::ReadEncoder(const SafetensorsFile& file, size_t pieces) {
  const WordFeatures rows = FeatureRows(*names_);
  size_t in = 0;
  for (size_t i = 0; i < kWordFeatures; ++i) {
    auto table =
        ReadMatrix(file, fmt::format("tables.{}.weight", i), static_cast<size_t>(rows[i]), 0);
    if (!table.ok()) return table.status();
    in += table->cols();
    tables_.push_back(*std::move(table));
  }
  if (pieces > 0) {
    auto bert = PlainBert::Read(file, "bert.", pieces);
    if (!bert.ok()) return bert.status();
    in += bert->width();
    bert_ = *std::move(bert);
  }
  inputs_ = in;
  for (int i = 0; i < kMaxLayers && (i == 0 || file.Has(fmt::format("lstm.weight_hh_l{}", i)));
       ++i) {
    auto layer = ReadLstmLayer(file, "lstm", i, in);
    if (!layer.ok()) return layer.status();
    in = 2 * layer->width();
    lstm_.push_back(*std::move(layer));
  }
  return absl::OkStatus();
}

absl::Status EventNet::ReadHeads(const SafetensorsFile& file) {
  const size_t both = 2 * lstm_.back().width();
  absl::Status status;
  const auto linear = [&](const char* name, size_t out, size_t in, LinearLayer* layer) {
    if (status.ok()) status = Keep(ReadLinearLayer(file, name, out, in), layer);
    return layer->weight.rows();
  };
  const auto table = [&](const char* name, size_t rows, size_t cols, Matrix* out) {
    if (status.ok()) status = Keep(ReadMatrix(file, name, rows, cols), out);
  };
  const size_t type_width = linear("type_hidden", 0, both + inputs_, &type_hidden_);
  linear("type_out", names_->types() + 1, type_width, &type_out_);
  const size_t width = linear("query", 0, both, &query_);
  linear("key", width, both, &key_);
  table("type_rows.weight", names_->types() + 1, width, &type_rows_);
  table("distance_rows.weight", kDistanceRows, width, &distance_rows_);
  table("rule_rows.weight", RuleRoleRows(*names_), width, &rule_rows_);
  if (status.ok()) status = Keep(ReadLstmLayer(file, "role_lstm", 0, width), &role_lstm_);
  const size_t role_width = linear("role_hidden", 0, 2 * role_lstm_.width() + width, &role_hidden_);
  linear("role_out", names_->roles() + 1, role_width, &role_out_);
  return status;
}

absl::StatusOr<EventNet> EventNet::Read(const SafetensorsFile& file, const TaggerNames& names,
                                        size_t pieces) {
  EventNet net(names);
  if (auto status = net.ReadEncoder(file, pieces); !status.ok()) return status;
  if (auto status = net.ReadHeads(file); !status.ok()) return status;
  return net;
}

void EventNet::AddContext(const WordPieces& pieces, size_t column, Matrix& inputs) const {
  std::vector<Matrix> runs;
  for (const std::vector<int32_t>& run : pieces.runs) runs.push_back(bert_->Rows(run));
  for (size_t w = 0; w < inputs.rows(); ++w) {
    const WordPieces::Place& place = pieces.words[w];
    std::copy_n(runs[place.run].row(place.row), bert_->width(), inputs.row(w) + column);
  }
}

EventNet::Encoded EventNet::Encode(absl::Span<const WordFeatures> words,
                                   const WordPieces& pieces) const {
  Encoded out;
  out.inputs = Matrix(words.size(), inputs_);
  for (size_t w = 0; w < words.size(); ++w) {
    float* to = out.inputs.row(w);
    for (size_t i = 0; i < kWordFeatures; ++i) {
      to = std::copy_n(tables_[i].row(static_cast<size_t>(words[w][i])), tables_[i].cols(), to);
    }
  }
  if (bert_) AddContext(pieces, inputs_ - bert_->width(), out.inputs);
  for (const LstmLayer& layer : lstm_) {
    out.rows = layer.Apply(&layer == &lstm_.front() ? out.inputs : out.rows);
  }
  out.keys = key_.Apply(out.rows);
  return out;
}

Matrix EventNet::Types(const Encoded& words) const {
  Matrix hidden = type_hidden_.Apply(Beside(words.rows, words.inputs));
  Rectify(hidden);
  Matrix scores = type_out_.Apply(hidden);
  Softmax(scores, [](size_t) { return true; });
  return scores;
}

Matrix EventNet::Roles(const Encoded& words, size_t trigger, int type,
                       absl::Span<const int64_t> rule_roles) const {
  const Kernels& kernels = ActiveKernels();
  const size_t both = words.rows.cols();
  const float* row = words.rows.row(trigger);
  Matrix shared = query_.Apply(Matrix(std::vector<float>(row, row + both), 1, both));
  const size_t width = shared.cols();
  kernels.add_scaled(type_rows_.row(static_cast<size_t>(type)), 1, shared.data(), width);
  Matrix hidden = words.keys;
  for (size_t w = 0; w < hidden.rows(); ++w) {
    const auto distance = static_cast<size_t>(DistanceRow(trigger, w));
    kernels.add_scaled(shared.data(), 1, hidden.row(w), width);
    kernels.add_scaled(distance_rows_.row(distance), 1, hidden.row(w), width);
    kernels.add_scaled(rule_rows_.row(static_cast<size_t>(rule_roles[w])), 1, hidden.row(w), width);
  }
  Rectify(hidden);
  hidden = role_hidden_.Apply(Beside(role_lstm_.Apply(hidden), hidden));
  Rectify(hidden);
  Matrix scores = role_out_.Apply(hidden);
  Softmax(scores,
          [this, type](size_t role) { return names_->TypeHasRole(type, static_cast<int>(role)); });
  return scores;
}

}  // namespace imago
