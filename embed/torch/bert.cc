#include "embed/torch/bert.h"

#include <string>

#include "embed/tower_config.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr double kNormEpsilon = 1e-12;
constexpr double kInitialDeviation = 0.02;

using Group = std::shared_ptr<torch::nn::Module>;  // a part of a parameter's name, no more

Group AddGroup(torch::nn::Module& owner, const std::string& name) {
  return owner.register_module(name, std::make_shared<torch::nn::Module>());
}

std::shared_ptr<Linear> AddLinear(torch::nn::Module& owner, const std::string& name, int64_t in,
                                  int64_t out) {
  return owner.register_module(name, std::make_shared<Linear>(in, out));
}

torch::nn::LayerNorm AddNorm(torch::nn::Module& owner, int64_t width) {
  return owner.register_module(
      "LayerNorm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kNormEpsilon)));
}

torch::Tensor AddTable(torch::nn::Module& owner, const std::string& name, int64_t rows,
                       int64_t width) {
  return AddGroup(owner, name)->register_parameter("weight", torch::empty({rows, width}));
}

BertMatrix MatrixOf(const Linear& linear) {
  return {ValuesOf(linear.weight), ValuesOf(linear.bias)};
}

BertNorm NormOf(const torch::nn::LayerNorm& norm) {
  return {ValuesOf(norm->weight), ValuesOf(norm->bias)};
}

Matrix TableOf(const torch::Tensor& table) {
  return {ValuesOf(table), static_cast<size_t>(table.size(0)), static_cast<size_t>(table.size(1))};
}

}  // namespace

torch::Tensor RealTokens(const torch::Tensor& lengths, int64_t length) {
  return torch::arange(length, lengths.options()).unsqueeze(0) < lengths.unsqueeze(1);
}

absl::StatusOr<BertOptions> ParseBertOptions(const TowerConfig& config, int vocab_size) {
  const auto numbers = ParseTransformerNumbers(config);
  if (!numbers.ok()) return numbers.status();
  const auto positions = RequireNumber(config, "positions", 1 << 16);
  if (!positions.ok()) return positions.status();
  return BertOptions{vocab_size,      *positions,     numbers->width,
                     numbers->layers, numbers->heads, numbers->mlp_width};
}

BertLayer::BertLayer(const BertOptions& options) : heads_(options.heads) {
  const int64_t width = options.width;
  const Group attention = AddGroup(*this, "attention");
  const Group self = AddGroup(*attention, "self");
  query_ = AddLinear(*self, "query", width, width);
  key_ = AddLinear(*self, "key", width, width);
  value_ = AddLinear(*self, "value", width, width);
  const Group attention_output = AddGroup(*attention, "output");
  attention_out_ = AddLinear(*attention_output, "dense", width, width);
  attention_norm_ = AddNorm(*attention_output, width);
  intermediate_ = AddLinear(*AddGroup(*this, "intermediate"), "dense", width, options.hidden);
  const Group output = AddGroup(*this, "output");
  out_ = AddLinear(*output, "dense", options.hidden, width);
  out_norm_ = AddNorm(*output, width);
}

torch::Tensor BertLayer::Attend(const torch::Tensor& x, const torch::Tensor& keep) {
  const int64_t n = x.size(0);
  const int64_t length = x.size(1);
  const auto split = [&](const torch::Tensor& y) {
    return y.view({n, length, heads_, -1}).transpose(1, 2);
  };
  const torch::Tensor mixed = at::scaled_dot_product_attention(
      split(query_->Forward(x)), split(key_->Forward(x)), split(value_->Forward(x)), keep);
  return attention_out_->Forward(mixed.transpose(1, 2).reshape(x.sizes()));
}

torch::Tensor BertLayer::Forward(const torch::Tensor& x, const torch::Tensor& keep) {
  const torch::Tensor attended = attention_norm_->forward(x + Attend(x, keep));
  const torch::Tensor inner = torch::gelu(intermediate_->Forward(attended));
  return out_norm_->forward(attended + out_->Forward(inner));
}

BertLayerWeights BertLayer::ToWeights() const {
  return {MatrixOf(*query_),         MatrixOf(*key_),         MatrixOf(*value_),
          MatrixOf(*attention_out_), NormOf(attention_norm_), MatrixOf(*intermediate_),
          MatrixOf(*out_),           NormOf(out_norm_)};
}

Bert::Bert(const BertOptions& options, TowerInit init) {
  const Group embeddings = AddGroup(*this, "embeddings");
  words_ = AddTable(*embeddings, "word_embeddings", options.vocab_size, options.width);
  positions_ = AddTable(*embeddings, "position_embeddings", options.positions, options.width);
  segments_ = AddTable(*embeddings, "token_type_embeddings", 2, options.width);
  norm_ = AddNorm(*embeddings, options.width);
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < options.layers; ++i) {
    layers_.push_back(std::make_shared<BertLayer>(options));
    list->push_back(layers_.back());
  }
  heads_ = options.heads;
  AddGroup(*this, "encoder")->register_module("layer", list);
  if (init == TowerInit::kPublished) Initialise();
}

torch::Tensor Bert::Embed(const torch::Tensor& ids) {
  const torch::Tensor places = positions_.narrow(0, 0, ids.size(1)) + segments_[0];
  return norm_->forward(torch::embedding(words_, ids) + places);
}

torch::Tensor Bert::Forward(const torch::Tensor& ids, const torch::Tensor& lengths) {
  return MeanOfWords(Words(ids, lengths), lengths);
}

torch::Tensor Bert::Words(const torch::Tensor& ids, const torch::Tensor& lengths) {
  torch::Tensor x = Embed(ids);
  const torch::Tensor keep_keys = RealTokens(lengths, ids.size(1)).unsqueeze(1).unsqueeze(1);
  for (const auto& layer : layers_) x = layer->Forward(x, keep_keys);
  return x;
}

torch::Tensor Bert::MeanOfWords(const torch::Tensor& words, const torch::Tensor& lengths) {
  const torch::Tensor sum = (words * RealTokens(lengths, words.size(1)).unsqueeze(2)).sum(1);
  return sum / lengths.unsqueeze(1);
}

BertWeights Bert::ToWeights() const {
  BertWeights weights;
  weights.width = words_.size(1);
  weights.heads = heads_;
  weights.epsilon = kNormEpsilon;
  weights.words = ToHalf(TableOf(words_));
  weights.places = TableOf(positions_ + segments_[0]);
  weights.norm = NormOf(norm_);
  for (const auto& layer : layers_) weights.layers.push_back(layer->ToWeights());
  return weights;
}

void Bert::Initialise() {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : named_parameters()) {
    torch::Tensor& values = parameter.value();
    if (values.dim() == 2) {
      values.normal_(0.0, kInitialDeviation);
    } else if (parameter.key().find("LayerNorm") == std::string::npos) {
      values.zero_();
    }
  }
}

}  // namespace imago
