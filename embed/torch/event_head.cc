#include "embed/torch/event_head.h"

#include "embed/torch/alignment.h"
#include "embed/torch/small_layers.h"
#include "fmt/format.h"

namespace imago {
namespace {

std::vector<float> Probabilities(const torch::Tensor& logarithms) {
  const torch::Tensor values = logarithms.exp().contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

}  // namespace

EventHead::EventHead(const EventHeadShape& shape, TowerInit init)
    : fillers(register_buffer("fillers", torch::empty({shape.fillers, shape.text}))),
      shape_(shape),
      tokens_(register_parameter("tokens", torch::empty({1 + kPictureRoles, shape.width}))),
      places_(register_parameter("places", torch::empty({shape.places, shape.width}))),
      in_(register_module("in", std::make_shared<Linear>(shape.in, shape.width))),
      type_(register_module("type", std::make_shared<Linear>(shape.width, shape.types))),
      filler_(register_module("filler", std::make_shared<Linear>(shape.width, shape.text))),
      box_(register_module("box", std::make_shared<Linear>(shape.width, 4))) {
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < shape.layers; ++i) {
    layers_.push_back(std::make_shared<BertLayer>(SmallLayerOptions(shape.width)));
    list->push_back(layers_.back());
  }
  register_module("layers", list);
  if (init == TowerInit::kPublished) Initialise();
}

EventReadings EventHead::Forward(const torch::Tensor& map) {
  const int64_t n = map.size(0);
  const torch::Tensor seen = map.flatten(2).transpose(1, 2).to(in_->weight.scalar_type());
  torch::Tensor x = in_->Forward(seen) + PlacesOn(places_, map.size(2), map.size(3));
  x = torch::cat({tokens_.expand({n, 1 + kPictureRoles, shape_.width}), x}, 1);
  const torch::Tensor all = torch::ones({n, 1, 1, x.size(1)}, torch::kBool);
  for (const auto& layer : layers_) x = layer->Forward(x, all);
  x = x.to(in_->weight.scalar_type());
  const torch::Tensor whole = x.narrow(1, 0, 1);
  const torch::Tensor roles = x.narrow(1, 1, kPictureRoles);
  const torch::Tensor boxes = torch::sigmoid(box_->Forward(roles).to(torch::kFloat32));
  const torch::Tensor places = x.slice(1, 1 + kPictureRoles);
  const torch::Tensor in_boxes = torch::matmul(
      PlacesInBoxes(boxes.detach(), map.size(2), map.size(3)).to(x.scalar_type()), places);
  return {torch::log_softmax(type_->Forward(whole.squeeze(1)).to(torch::kFloat32), -1),
          torch::log_softmax(shape_.filler_scale * torch::matmul(Words(roles), fillers.t()), -1),
          boxes, Words(torch::cat({whole, in_boxes}, 1))};
}

torch::Tensor EventHead::Words(const torch::Tensor& x) const {
  return torch::nn::functional::normalize(filler_->Forward(x).to(torch::kFloat32),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

void EventHead::Initialise() {
  const torch::NoGradGuard no_grad;
  DrawWeights(*this);
  tokens_.normal_(0, kTokenDeviation);
  places_.normal_(0, kTokenDeviation);
  fillers.zero_();
}

absl::StatusOr<std::shared_ptr<EventHead>> MakeEventHead(const PictureEventConfig& config,
                                                         int64_t in, int64_t text, TowerInit init) {
  EventHeadShape shape;
  shape.in = in;
  shape.width = config.width;
  shape.layers = config.layers;
  shape.types = static_cast<int64_t>(config.vocabulary.types.size()) + 1;
  shape.fillers = static_cast<int64_t>(config.vocabulary.fillers.size()) + 1;
  shape.text = text;
  if (shape.width % kSmallHeadWidth != 0) {
    return absl::InvalidArgumentError(fmt::format(
        "events: width is {}, it must be a multiple of {}", shape.width, kSmallHeadWidth));
  }
  return std::make_shared<EventHead>(shape, init);
}

PictureReading ReadingOf(const EventReadings& readings, int64_t i) {
  PictureReading reading;
  reading.types = Probabilities(readings.types[i]);
  for (int64_t role = 0; role < kPictureRoles; ++role) {
    reading.fillers[role] = Probabilities(readings.fillers[i][role]);
    const torch::Tensor box = readings.boxes[i][role].contiguous();
    const float* edges = box.data_ptr<float>();
    reading.regions[role] = {edges[0], edges[1], edges[2], edges[3]};
  }
  return reading;
}

}  // namespace imago
