#include "embed/torch/relation.h"

#include <cmath>
#include <tuple>

#include "embed/torch/small_layers.h"
#include "embed/tower_config.h"
#include "fmt/format.h"

namespace imago {
Relation::Relation(const RelationShape& shape, TowerInit init)
    : shape_(shape),
      start_(register_parameter("start", torch::empty({shape.width}))),
      places_(register_parameter("places", torch::empty({shape.places, shape.width}))),
      in_(register_module("in", std::make_shared<Linear>(shape.in, shape.width))),
      out_(register_module("out", std::make_shared<Linear>(shape.width, shape.out))) {
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < shape.layers; ++i) {
    layers_.push_back(std::make_shared<BertLayer>(SmallLayerOptions(shape.width)));
    list->push_back(layers_.back());
  }
  register_module("layers", list);
  if (init == TowerInit::kPublished) Initialise();
}

torch::Tensor PlacesOn(const torch::Tensor& places, int64_t height, int64_t width) {
  const auto side =
      static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(places.size(0)))));
  if (height == side && width == side) return places;
  const torch::Tensor grid = places.t().reshape({1, places.size(1), side, side});
  return at::upsample_bilinear2d(grid.to(torch::kFloat32), {height, width},
                                 /*align_corners=*/false)
      .to(places.scalar_type())
      .flatten(2)
      .squeeze(0)
      .t();
}

torch::Tensor Relation::ForwardMap(const torch::Tensor& map) {
  const torch::Tensor tokens = map.flatten(2).transpose(1, 2);
  const torch::Tensor keep =
      torch::ones({map.size(0), tokens.size(1)}, torch::TensorOptions(torch::kBool));
  return Read(tokens, PlacesOn(places_, map.size(2), map.size(3)), keep);
}

torch::Tensor Relation::ForwardWords(const torch::Tensor& words, const torch::Tensor& lengths) {
  return Read(words, places_.narrow(0, 0, words.size(1)), RealTokens(lengths, words.size(1)));
}

torch::Tensor Relation::Read(const torch::Tensor& tokens, const torch::Tensor& places,
                             const torch::Tensor& keep) {
  const int64_t n = tokens.size(0);
  torch::Tensor x = in_->Forward(tokens.to(in_->weight.scalar_type())) + places;
  x = torch::cat({start_.expand({n, 1, shape_.width}), x}, 1);
  const torch::Tensor all =
      torch::cat({torch::ones({n, 1}, keep.options()), keep}, 1).unsqueeze(1).unsqueeze(1);
  for (const auto& layer : layers_) x = layer->Forward(x, all);
  return out_->Forward(x.select(1, 0).to(out_->weight.scalar_type())).to(torch::kFloat32);
}

absl::StatusOr<std::shared_ptr<Relation>> MakeRelation(const TowerConfig& config, int64_t in,
                                                       int64_t out, TowerInit init) {
  const auto width = config.numbers.find("relation_width");
  if (width == config.numbers.end() || width->second == 0) return std::shared_ptr<Relation>();
  RelationShape shape;
  shape.in = in;
  shape.out = out;
  for (const auto& [name, limit, value] :
       {std::tuple{"relation_width", int64_t{1} << 12, &shape.width},
        {"relation_layers", int64_t{64}, &shape.layers}}) {
    const auto number = RequireNumber(config, name, limit);
    if (!number.ok()) return number.status();
    *value = *number;
  }
  if (shape.width % kSmallHeadWidth != 0) {
    return absl::InvalidArgumentError(
        fmt::format("tower \"{}\": relation_width is {}, it must be a multiple of {}", config.kind,
                    shape.width, kSmallHeadWidth));
  }
  return std::make_shared<Relation>(shape, init);
}

void Relation::Initialise() {
  const torch::NoGradGuard no_grad;
  DrawWeights(*this);
  start_.normal_(0, kTokenDeviation);
  places_.normal_(0, kTokenDeviation);
  out_->weight.zero_();
}

}  // namespace imago
