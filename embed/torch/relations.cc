#include "embed/torch/relations.h"

#include <array>
#include <cmath>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr double kStrength = 0.5;
constexpr double kFirstGain = 4;

torch::Tensor Unit(const torch::Tensor& rows) { return torch::nn::functional::normalize(rows); }

// Of the parts of a grid, row by row: x and y from the middle, [2, kSide^2].
torch::Tensor PartPlaces() {
  const torch::Tensor along = torch::arange(Relations::kSide) - (Relations::kSide - 1) / 2.0;
  const torch::Tensor x = along.repeat({Relations::kSide});
  const torch::Tensor y = along.repeat_interleave(Relations::kSide);
  return torch::stack({x, y}).to(torch::kFloat32);
}

// [kPhrasePlaces, 2]
torch::Tensor PhrasePlaces() {
  return torch::tensor({0, 0, -1, 0, 1, 0, 0, -1, 0, 1}, torch::kFloat32).view({kPhrasePlaces, 2});
}

}  // namespace

Relations::Relations(const RelationShape& shape, TowerInit init) : shape_(shape) {
  const auto add = [this](const char* name, torch::IntArrayRef sizes) {
    return register_parameter(name, torch::empty(sizes));
  };
  strength = register_buffer("strength", torch::empty({}));
  basis_ = register_buffer("basis", torch::empty({shape.bound(), shape.out}));
  picture_words_ = add("picture_words", {shape.width, shape.out});
  text_words_ = add("text_words", {shape.width, shape.out});
  seen_weight_ = add("seen_weight", {shape.hidden, shape.in, 3, 3});
  seen_bias_ = add("seen_bias", {shape.hidden});
  part_weight_ = add("part_weight", {shape.hidden, shape.hidden, 2, 2});
  part_bias_ = add("part_bias", {shape.hidden});
  channel_weight_ = add("channel_weight", {shape.channels, shape.hidden});
  channel_bias_ = add("channel_bias", {shape.channels});
  gains_ = add("gains", {shape.channels});
  hidden_weight_ = add("hidden_weight", {shape.text_hidden, shape.out});
  hidden_bias_ = add("hidden_bias", {shape.text_hidden});
  said_weight_ = add("said_weight", {shape.channels, shape.text_hidden});
  said_bias_ = add("said_bias", {shape.channels});
  if (init == TowerInit::kPublished) Initialise();
}

void Relations::Initialise() {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : parameters()) {
    if (parameter.dim() < 2) {
      parameter.zero_();
      continue;
    }
    // As torch's own layers: uniform, by the number of inputs.
    const double reach = std::sqrt(static_cast<double>(parameter.size(0)) / parameter.numel());
    parameter.uniform_(-reach, reach);
  }
  gains_.fill_(kFirstGain);
  strength.fill_(kStrength);
  basis_.copy_(torch::eye(shape_.out).narrow(0, 0, shape_.bound()));
}

torch::Tensor Relations::OfMaps(const torch::Tensor& maps, const torch::Tensor& parts) const {
  constexpr int64_t kCells = 2 * kSide;
  const torch::Tensor grid = at::adaptive_avg_pool2d(maps.to(torch::kFloat32), {kCells, kCells});
  torch::Tensor seen =
      torch::gelu(at::conv2d(grid, seen_weight_, seen_bias_, /*stride=*/1, /*padding=*/1));
  seen = torch::gelu(at::conv2d(seen, part_weight_, part_bias_, /*stride=*/2));
  const torch::Tensor channels =
      torch::tanh(torch::linear(seen.flatten(2).transpose(1, 2), channel_weight_, channel_bias_));
  const torch::Tensor how = torch::cat(
      {PartPlaces().expand({maps.size(0), 2, kSide * kSide}), (channels * gains_).transpose(1, 2)},
      1);
  const torch::Tensor what = torch::matmul(parts.to(torch::kFloat32), picture_words_.t());
  return Unit(torch::matmul(how, what).flatten(1));
}

torch::Tensor Relations::OfPhrases(const PhraseBatch& phrases, int64_t texts) const {
  const torch::Tensor hidden =
      torch::gelu(torch::linear(phrases.rows, hidden_weight_, hidden_bias_));
  const torch::Tensor how = torch::cat({PhrasePlaces().index_select(0, phrases.places),
                                        torch::linear(hidden, said_weight_, said_bias_)},
                                       1);
  const torch::Tensor what = torch::matmul(phrases.rows, text_words_.t());
  const torch::Tensor each = (how.unsqueeze(2) * what.unsqueeze(1)).flatten(1);
  return Unit(torch::zeros({texts, shape_.bound()}).index_add(0, phrases.texts, each));
}

torch::Tensor Relations::Add(const torch::Tensor& bound, const torch::Tensor& rows,
                             double share) const {
  const torch::Tensor shared =
      rows.narrow(1, 0, shape_.out) / share + strength * torch::matmul(bound, basis_);
  return torch::cat({Unit(shared) * share, rows.narrow(1, shape_.out, rows.size(1) - shape_.out)},
                    1);
}

void Relations::Fit(const torch::Tensor& photos, const torch::Tensor& phrases) {
  const torch::NoGradGuard no_grad;
  const auto scatter = [](const torch::Tensor& rows) {
    return torch::matmul(rows.t(), rows) / rows.size(0);
  };
  // Ascending: of what both have least comes first.
  basis_.copy_(std::get<1>(at::linalg_eigh(scatter(photos) + scatter(phrases)))
                   .t()
                   .narrow(0, 0, shape_.bound()));
  const torch::Tensor most =
      std::get<1>(at::linalg_eigh(scatter(phrases - phrases.mean(0, /*keepdim=*/true))))
          .t()
          .flip({0})
          .narrow(0, 0, shape_.width);
  picture_words_.copy_(most);
  text_words_.copy_(most);
}

absl::StatusOr<std::shared_ptr<Relations>> MakeRelations(const RelationConfig& config, int64_t in,
                                                         int64_t out, TowerInit init) {
  RelationShape shape;
  shape.in = in;
  shape.out = out;
  shape.width = config.width;
  shape.channels = config.channels;
  if (shape.bound() > out) {
    return absl::InvalidArgumentError(fmt::format(
        "relations: width {} with {} channels and two places makes {} values, rows have {}",
        shape.width, shape.channels, shape.bound(), out));
  }
  return std::make_shared<Relations>(shape, init);
}

}  // namespace imago
