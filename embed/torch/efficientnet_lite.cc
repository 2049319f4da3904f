#include "embed/torch/efficientnet_lite.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace imago {
namespace {

constexpr double kNormEpsilon = 1e-3;
constexpr double kNormMomentum = 0.01;
constexpr int64_t kChannelDivisor = 8;

// To the nearest multiple of 8, but not down by more than a tenth.
int64_t ScaleChannels(int64_t channels, double width) {
  const double wanted = static_cast<double>(channels) * width;
  int64_t scaled = std::max(kChannelDivisor, static_cast<int64_t>(wanted + kChannelDivisor / 2.0) /
                                                 kChannelDivisor * kChannelDivisor);
  if (static_cast<double>(scaled) < 0.9 * wanted) scaled += kChannelDivisor;
  return scaled;
}

// ReLU6; in place where nothing is trained, which saves a pass over memory.
torch::Tensor Clip(torch::Tensor x) {
  return x.requires_grad() ? torch::hardtanh(x, 0, 6) : x.clamp_(0, 6);
}

TrunkLayer LayerOf(const ConvNorm& part) {
  return {ValuesOf(part.conv().weight), ValuesOf(part.conv().bias)};
}

}  // namespace

absl::StatusOr<EfficientNetLiteOptions> EfficientNetLiteVariant(const std::string& name) {
  struct Variant {
    std::string_view name;
    double width;
    double depth;
  };
  constexpr std::array<Variant, 3> kVariants = {{{"efficientnet-lite0", 1.0, 1.0},
                                                 {"efficientnet-lite1", 1.0, 1.1},
                                                 {"efficientnet-lite2", 1.1, 1.2}}};
  const auto variant = std::find_if(kVariants.begin(), kVariants.end(),
                                    [&name](const Variant& v) { return v.name == name; });
  if (variant == kVariants.end()) {
    return absl::InvalidArgumentError(fmt::format("no EfficientNet-Lite is called \"{}\"", name));
  }
  EfficientNetLiteOptions options;
  options.stages = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                    {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};
  for (size_t i = 0; i < options.stages.size(); ++i) {
    EfficientNetStage& stage = options.stages[i];
    stage.channels = ScaleChannels(stage.channels, variant->width);
    const bool at_an_end = i == 0 || i + 1 == options.stages.size();
    if (at_an_end) continue;  // only the middle grows deeper
    stage.repeats = std::lround(std::ceil(static_cast<double>(stage.repeats) * variant->depth));
  }
  return options;
}

ConvNorm::ConvNorm(torch::nn::Module& owner, const std::string& conv, const std::string& norm,
                   const SameConv::Shape& shape)
    : norm_name_(norm),
      conv_(owner.register_module(conv, std::make_shared<SameConv>(shape))),
      norm_(owner.register_module(
          norm,
          torch::nn::BatchNorm2d(
              torch::nn::BatchNormOptions(shape.out).eps(kNormEpsilon).momentum(kNormMomentum)))) {}

torch::Tensor ConvNorm::Forward(const torch::Tensor& x) {
  const torch::Tensor y = conv_->Forward(x);
  return norm_ ? norm_->forward(y) : y;
}

void ConvNorm::Fold(torch::nn::Module& owner) {
  if (!norm_) return;
  const torch::NoGradGuard no_grad;
  const torch::Tensor gain = norm_->weight / (norm_->running_var + kNormEpsilon).sqrt();
  conv_->weight.mul_(gain.view({-1, 1, 1, 1}));
  conv_->bias = conv_->register_parameter("bias", norm_->bias - norm_->running_mean * gain);
  owner.unregister_module(norm_name_);
  norm_ = nullptr;
}

std::vector<torch::Tensor> ConvNorm::Parameters() const {
  std::vector<torch::Tensor> parameters = conv_->parameters();
  if (norm_) {
    const std::vector<torch::Tensor> more = norm_->parameters();
    parameters.insert(parameters.end(), more.begin(), more.end());
  }
  return parameters;
}

void ConvNorm::Initialise() {
  torch::nn::init::kaiming_normal_(conv_->weight, 0.0, torch::kFanOut, torch::kReLU);
}

InvertedResidual::InvertedResidual(int64_t in, const EfficientNetStage& stage)
    : shortcut_(stage.stride == 1 && in == stage.channels) {
  const int64_t inner = in * stage.expand;
  if (stage.expand != 1) {
    parts_.push_back(ConvNorm(*this, "expand_conv", "bn0", {in, inner, 1, 1, 1}));
  }
  parts_.push_back(
      ConvNorm(*this, "depthwise_conv", "bn1", {inner, inner, stage.kernel, stage.stride, inner}));
  parts_.push_back(ConvNorm(*this, "project_conv", "bn2", {inner, stage.channels, 1, 1, 1}));
}

torch::Tensor InvertedResidual::Forward(const torch::Tensor& x) {
  torch::Tensor y = x;
  for (size_t i = 0; i + 1 < parts_.size(); ++i) y = Clip(parts_[i].Forward(y));
  y = parts_.back().Forward(y);
  if (!shortcut_) return y;
  return y.requires_grad() ? y + x : y.add_(x);
}

void InvertedResidual::FoldBatchNorm() {
  for (ConvNorm& part : parts_) part.Fold(*this);
}

void InvertedResidual::KeepFloat32() {
  for (ConvNorm& part : parts_) part.KeepFloat32();
}

void InvertedResidual::TrainInBfloat16() {
  for (ConvNorm& part : parts_) part.TrainInBfloat16();
}

void InvertedResidual::Initialise() {
  for (ConvNorm& part : parts_) part.Initialise();
}

TrunkBlock InvertedResidual::ToTrunkBlock() const {
  const size_t last = parts_.size() - 1;
  const SameConv& filter = parts_[last - 1].conv();
  TrunkBlock block;
  block.in = parts_.front().conv().shape().in;
  block.inner = filter.shape().in;
  block.out = parts_[last].conv().shape().out;
  block.kernel = filter.shape().kernel;
  block.stride = filter.shape().stride;
  block.shortcut = shortcut_;
  if (last == 2) block.expand = LayerOf(parts_.front());
  block.filter = LayerOf(parts_[last - 1]);
  block.project = LayerOf(parts_[last]);
  return block;
}

EfficientNetLite::EfficientNetLite(const EfficientNetLiteOptions& options, TowerInit init) {
  ends_.push_back(ConvNorm(*this, "conv_stem", "bn0", {3, options.stem_channels, 3, 2, 1}));
  if (options.float32_stages > 0) ends_.front().KeepFloat32();
  int64_t channels = options.stem_channels;
  torch::nn::ModuleList list;
  for (size_t s = 0; s < options.stages.size(); ++s) {
    EfficientNetStage stage = options.stages[s];
    for (int64_t i = 0; i < stage.repeats; ++i) {
      blocks_.push_back(std::make_shared<InvertedResidual>(channels, stage));
      list->push_back(blocks_.back());
      if (s < options.float32_stages) blocks_.back()->KeepFloat32();
      channels = stage.channels;
      stage.stride = 1;
    }
  }
  register_module("blocks", list);
  ends_.push_back(ConvNorm(*this, "conv_head", "bn1", {channels, options.features, 1, 1, 1}));
  if (options.classes > 0) {
    fc_ = register_module("fc", torch::nn::Linear(options.features, options.classes));
  }
  if (init == TowerInit::kPublished) Initialise();
}

torch::Tensor EfficientNetLite::Places(const torch::Tensor& pixels) {
  return PlacesFrom(PlacesBefore(pixels, 0), 0);
}

torch::Tensor EfficientNetLite::PlacesBefore(const torch::Tensor& pixels, size_t block) {
  torch::Tensor x = pixels.contiguous(torch::MemoryFormat::ChannelsLast);
  x = Clip(ends_.front().Forward(x));
  for (size_t i = 0; i < block; ++i) x = blocks_[i]->Forward(x);
  return x;
}

torch::Tensor EfficientNetLite::PlacesFrom(const torch::Tensor& map, size_t block) {
  torch::Tensor x = map;
  for (size_t i = block; i < blocks_.size(); ++i) x = blocks_[i]->Forward(x);
  return Clip(ends_.back().Forward(x));
}

std::vector<torch::Tensor> EfficientNetLite::ParametersFrom(size_t block) const {
  std::vector<torch::Tensor> parameters = ends_.back().Parameters();
  for (size_t i = block; i < blocks_.size(); ++i) {
    const std::vector<torch::Tensor> more = blocks_[i]->parameters();
    parameters.insert(parameters.end(), more.begin(), more.end());
  }
  return parameters;
}

void EfficientNetLite::TrainInBfloat16(size_t block) {
  for (size_t i = block; i < blocks_.size(); ++i) blocks_[i]->TrainInBfloat16();
  ends_.back().TrainInBfloat16();
}

torch::Tensor EfficientNetLite::Features(const torch::Tensor& pixels) {
  return Places(pixels).mean({2, 3});
}

torch::Tensor EfficientNetLite::Logits(const torch::Tensor& features) {
  return fc_->forward(features);
}

void EfficientNetLite::FoldBatchNorm() {
  for (ConvNorm& part : ends_) part.Fold(*this);
  for (const auto& block : blocks_) block->FoldBatchNorm();
}

TrunkWeights EfficientNetLite::ToTrunkWeights() const {
  TrunkWeights weights;
  weights.stem_channels = ends_.front().conv().shape().out;
  weights.stem = LayerOf(ends_.front());
  for (const auto& block : blocks_) weights.blocks.push_back(block->ToTrunkBlock());
  weights.features = ends_.back().conv().shape().out;
  weights.head = LayerOf(ends_.back());
  return weights;
}

void EfficientNetLite::Initialise() {
  for (ConvNorm& part : ends_) part.Initialise();
  for (const auto& block : blocks_) block->Initialise();
}

}  // namespace imago
