#include "embed/torch/posterior_tower.h"

#include <cmath>

#include "embed/torch/autocast.h"
#include "embed/torch/relations.h"
#include "embed/tower_config.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr std::string_view kSuffix = "-posterior";

torch::Tensor GaussianWindow(int64_t side) {
  constexpr double kDeviation = 2.5 / 7;
  const torch::Tensor places = torch::arange(side, torch::kFloat32) - (side - 1) / 2.0;
  return torch::exp(-(places / (kDeviation * side)).square() / 2);
}

absl::StatusOr<double> ParseShare(const TowerConfig& config) {
  constexpr int64_t kMost = 99;  // some meaning must be left
  const auto found = config.numbers.find("detail_percent");
  if (found != config.numbers.end() && found->second == 0) return 0.0;
  const auto percent = RequireNumber(config, "detail_percent", kMost);
  if (!percent.ok()) return percent.status();
  return static_cast<double>(*percent) / 100;
}

absl::StatusOr<PosteriorHeadShape> ParseShape(const TowerConfig& config, int dim) {
  PosteriorHeadShape shape;
  const auto hidden = RequireNumber(config, "hidden", 1 << 14);
  if (!hidden.ok()) return hidden.status();
  const auto detail = RequireNumber(config, "detail", 1 << 12);
  if (!detail.ok()) return detail.status();
  const auto classes = NumberOr(config, "classes", 1 << 20, shape.classes);
  if (!classes.ok()) return classes.status();
  const auto share = ParseShare(config);
  if (!share.ok()) return share.status();
  if (*detail >= dim) {
    return absl::InvalidArgumentError(fmt::format(
        "tower \"{}\": detail is {}, it must be less than dim, {}", config.kind, *detail, dim));
  }
  shape.hidden = *hidden;
  shape.detail = *detail;
  shape.classes = *classes;
  shape.width = dim - *detail;
  shape.detail_share = *share;
  return shape;
}

}  // namespace

torch::Tensor MeanFeatures(const torch::Tensor& places) {
  return places.to(torch::kFloat32).mean({2, 3});
}

torch::Tensor CentralFeatures(const torch::Tensor& places) {
  const torch::Tensor weights =
      torch::outer(GaussianWindow(places.size(2)), GaussianWindow(places.size(3)));
  return (places.to(torch::kFloat32) * (weights / weights.sum())).sum({2, 3});
}

PosteriorTower::PosteriorTower(std::shared_ptr<EfficientNetLite> trunk_module,
                               std::shared_ptr<PosteriorHead> head_module, int64_t map_channels)
    : trunk(register_module("trunk", std::move(trunk_module))),
      head(register_module("head", std::move(head_module))),
      map_channels_(map_channels) {}

bool PosteriorTower::IsKind(const std::string& kind) {
  return kind.starts_with("efficientnet-lite") && kind.ends_with(kSuffix);
}

absl::StatusOr<std::shared_ptr<PosteriorTower>> PosteriorTower::Make(const TowerConfig& config,
                                                                     int dim, TowerInit init) {
  auto variant =
      EfficientNetLiteVariant(config.kind.substr(0, config.kind.size() - kSuffix.size()));
  if (!variant.ok()) return variant.status();
  variant->classes = 0;  // the head has the classifier
  auto shape = ParseShape(config, dim);
  if (!shape.ok()) return shape.status();
  shape->features = variant->features;
  const int64_t channels = variant->stages.back().channels;
  auto trunk = std::make_shared<EfficientNetLite>(*variant, init);
  trunk->FoldBatchNorm();
  return std::shared_ptr<PosteriorTower>(new PosteriorTower(
      std::move(trunk), std::make_shared<PosteriorHead>(*shape, init), channels));
}

bool PosteriorTower::UseTiles() {
  tiles_ = TileTrunk::Make(trunk->ToTrunkWeights());
  if (tiles_ == nullptr) return false;
  ForgetWeights(*trunk);
  return true;
}

torch::Tensor PosteriorTower::MapOf(const torch::Tensor& pixels) {
  if (tiles_ == nullptr) return trunk->PlacesBefore(pixels, trunk->blocks());
  const torch::Tensor planes = pixels.to(torch::kFloat32).contiguous();
  const int64_t n = planes.size(0);
  torch::Tensor map =
      torch::empty({n, static_cast<int64_t>(tiles_->MapSide(planes.size(2))),
                    static_cast<int64_t>(tiles_->MapSide(planes.size(3))), map_channels_});
  tiles_->Map(planes.data_ptr<float>(), n, planes.size(2), planes.size(3), at::get_num_threads(),
              map.data_ptr<float>());
  return map.permute({0, 3, 1, 2});
}

// What the network's last layer makes of a map.
torch::Tensor PosteriorTower::PlacesOf(const torch::Tensor& map) const {
  if (tiles_ == nullptr) return trunk->PlacesFrom(map, trunk->blocks());
  const torch::Tensor from = map.permute({0, 2, 3, 1}).contiguous();
  torch::Tensor places = torch::empty(
      {from.size(0), from.size(1), from.size(2), static_cast<int64_t>(tiles_->features())});
  tiles_->Features(from.data_ptr<float>(), places.numel() / places.size(3),
                   places.data_ptr<float>());
  return places.permute({0, 3, 1, 2});
}

torch::Tensor PosteriorTower::RowsOf(const torch::Tensor& map, torch::Tensor* parts) {
  const torch::Tensor places = PlacesOf(map);
  if (parts != nullptr) {
    constexpr int64_t kSide = Relations::kSide;
    const torch::Tensor grid =
        at::adaptive_avg_pool2d(places.to(torch::kFloat32), {kSide, kSide}).permute({0, 2, 3, 1});
    // Sixteen times the products of the row itself, which stays f32.
    const Autocast autocast(tiles_ != nullptr);
    *parts = head->Semantic(grid.flatten(0, 2)).view({map.size(0), kSide * kSide, -1});
  }
  return head->Row(head->Semantic(MeanFeatures(places)), head->Detail(CentralFeatures(places)));
}

double PosteriorTower::TextShare() const { return std::sqrt(1 - head->shape().detail_share); }

}  // namespace imago
