#include "embed/torch/tagger_model.h"

#include <array>
#include <utility>

#include "embed/torch/autocast.h"
#include "embed/torch/clip_model.h"
#include "kernels/tile_product.h"

namespace imago {
namespace {

constexpr int64_t kTypeWidth = 128;
constexpr int64_t kRoleWidth = 128;
constexpr int64_t kRoleReach = 64;  // width of each direction
constexpr int64_t kRoleHidden = 96;
constexpr double kDropout = 0.4;
constexpr double kLightDropout = 0.2;
constexpr double kTableDeviation = 0.3;
constexpr double kForbidden = -1e9;
// Columns of the tables, by WordFeature; the last has those of the vectors.
constexpr std::array<int64_t, kWordFeatures - 1> kColumns = {48, 16, 12, 16, 4, 12, 4, 6,
                                                             3,  4,  6,  24, 3, 24, 8, 6};

torch::nn::Embedding Table(int64_t rows, int64_t columns) {
  torch::nn::Embedding table(rows, columns);
  torch::nn::init::normal_(table->weight, 0, kTableDeviation);
  return table;
}

torch::nn::LSTM Lstm(int64_t inputs, int64_t width, int64_t layers) {
  return torch::nn::LSTM(torch::nn::LSTMOptions(inputs, width)
                             .num_layers(layers)
                             .batch_first(true)
                             .bidirectional(true)
                             .dropout(layers > 1 ? kDropout : 0));
}

// [batch, words, in] to [batch, words, 2 * width], each sentence as long as it is.
torch::Tensor Run(torch::nn::LSTM& lstm, const torch::Tensor& rows, const torch::Tensor& lengths) {
  namespace rnn = torch::nn::utils::rnn;
  const auto packed = rnn::pack_padded_sequence(rows, lengths, true, false);
  const auto read = std::get<0>(lstm->forward_with_packed_input(packed));
  return std::get<0>(rnn::pad_packed_sequence(read, true, 0, rows.size(1)));
}

torch::Tensor Forbidden(const TaggerNames& names) {
  const auto types = static_cast<int64_t>(names.types());
  const auto roles = static_cast<int64_t>(names.roles());
  torch::Tensor forbidden = torch::zeros({types + 1, roles + 1}, torch::kBool);
  for (int64_t type = 1; type <= types; ++type) {
    for (int64_t role = 1; role <= roles; ++role) {
      if (!names.TypeHasRole(static_cast<int>(type), static_cast<int>(role))) {
        forbidden[type][role] = true;
      }
    }
  }
  return forbidden;
}

}  // namespace

TaggerModel::TaggerModel(const TaggerNames& names, const torch::Tensor& vectors, int width,
                         int layers, std::shared_ptr<Bert> bert)
    : bert_(std::move(bert)), forbidden_(Forbidden(names)) {
  const auto types = static_cast<int64_t>(names.types());
  const auto roles = static_cast<int64_t>(names.roles());
  const WordFeatures rows = FeatureRows(names);
  int64_t inputs = 0;
  for (size_t i = 0; i < kColumns.size(); ++i) {
    tables_->push_back(Table(rows[i], kColumns[i]));
    inputs += kColumns[i];
  }
  tables_->push_back(torch::nn::Embedding::from_pretrained(vectors));
  inputs += vectors.size(1);
  register_module("tables", tables_);
  if (bert_ != nullptr) {
    register_module("bert", bert_);
    inputs += WeightsByName(*bert_).at("embeddings.LayerNorm.weight").size(0);
  }
  lstm_ = register_module("lstm", Lstm(inputs, width, layers));
  const auto linear = [this](const char* name, int64_t in, int64_t out) {
    return register_module(name, torch::nn::Linear(in, out));
  };
  type_hidden_ = linear("type_hidden", 2 * width + inputs, kTypeWidth);
  type_out_ = linear("type_out", kTypeWidth, types + 1);
  query_ = linear("query", 2 * width, kRoleWidth);
  key_ = linear("key", 2 * width, kRoleWidth);
  type_rows_ = register_module("type_rows", Table(types + 1, kRoleWidth));
  distance_rows_ = register_module("distance_rows", Table(kDistanceRows, kRoleWidth));
  rule_rows_ =
      register_module("rule_rows", Table(static_cast<int64_t>(RuleRoleRows(names)), kRoleWidth));
  role_lstm_ = register_module("role_lstm", Lstm(kRoleWidth, kRoleReach, 1));
  role_hidden_ = linear("role_hidden", kRoleWidth + 2 * kRoleReach, kRoleHidden);
  role_out_ = linear("role_out", kRoleHidden, roles + 1);
  dropout_ = register_module("dropout", torch::nn::Dropout(kDropout));
  light_dropout_ = register_module("light_dropout", torch::nn::Dropout(kLightDropout));
}

torch::Tensor TaggerModel::Context(const PieceBatch& pieces) {
  torch::Tensor rows;
  {
    const Autocast autocast(is_training() && TilesInUse());
    rows = bert_->Words(pieces.ids, pieces.lengths).to(torch::kFloat32).flatten(0, 1);
  }
  return rows.index_select(0, pieces.rows.flatten())
      .view({pieces.rows.size(0), pieces.rows.size(1), rows.size(1)});
}

TaggerModel::Encoded TaggerModel::Encode(const torch::Tensor& features,
                                         const torch::Tensor& lengths, const PieceBatch& pieces) {
  std::vector<torch::Tensor> columns;
  for (size_t i = 0; i < kWordFeatures; ++i) {
    columns.push_back(tables_[i]->as<torch::nn::Embedding>()->forward(
        features.select(2, static_cast<int64_t>(i))));
  }
  if (bert_ != nullptr) columns.push_back(Context(pieces));
  Encoded out;
  out.inputs = dropout_(torch::cat(columns, 2));
  out.rows = dropout_(Run(lstm_, out.inputs, lengths));
  return out;
}

torch::Tensor TaggerModel::Types(const Encoded& words) {
  const torch::Tensor hidden = torch::relu(type_hidden_(torch::cat({words.rows, words.inputs}, 2)));
  return type_out_(dropout_(hidden));
}

torch::Tensor TaggerModel::Roles(const Encoded& words, const TriggerBatch& triggers) {
  const torch::Tensor of_triggers = words.rows.index({triggers.sentences, triggers.words});
  const torch::Tensor shared = query_(of_triggers) + type_rows_(triggers.types);
  torch::Tensor hidden = key_(words.rows).index_select(0, triggers.sentences) +
                         shared.unsqueeze(1) + distance_rows_(triggers.distances) +
                         rule_rows_(triggers.rule_roles);
  hidden = dropout_(torch::relu(hidden));
  const torch::Tensor around = dropout_(Run(role_lstm_, hidden, triggers.lengths));
  hidden = role_hidden_(torch::cat({around, hidden}, 2));
  const torch::Tensor scores = role_out_(light_dropout_(torch::relu(hidden)));
  return scores.masked_fill(forbidden_.index_select(0, triggers.types).unsqueeze(1), kForbidden);
}

}  // namespace imago
