#ifndef IMAGO_EMBED_TORCH_POSTERIOR_TOWER_H_
#define IMAGO_EMBED_TORCH_POSTERIOR_TOWER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "embed/tile_trunk.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/posterior_head.h"

namespace imago {

// The mean of a map [n, features, h, w] over its places, f32 [n, features], whatever type the map
// has.
torch::Tensor MeanFeatures(const torch::Tensor& places);
// The mean weighted by a Gaussian about the centre, whose deviation is 2.5 / 7 of the map's side:
// what a photo is of tends to stand there, and what surrounds it misleads a comparison of two
// pictures.
torch::Tensor CentralFeatures(const torch::Tensor& places);

// Image tower "efficientnet-lite2-posterior" (or lite0, lite1): the network with its batch norms
// folded ("trunk.*") and a PosteriorHead ("head.*"). Numbers: "hidden", "detail", "detail_percent"
// (0 to 99, the share of detail), "classes" (1000 when absent); dim is the sentence encoder's width
// plus "detail".
class PosteriorTower : public ImageTower {
 public:
  static bool IsKind(const std::string& kind);
  static absl::StatusOr<std::shared_ptr<PosteriorTower>> Make(const TowerConfig& config, int dim,
                                                              TowerInit init);

  torch::Tensor Forward(torch::Tensor pixels) override { return RowsOf(MapOf(pixels)); }
  // Its two halves: the map before the network's last layer, and what comes of it; where asked for,
  // also what each of Relations::kSide^2 parts of the picture means, as if it were the whole,
  // [n, parts, width] of unit length.
  torch::Tensor MapOf(const torch::Tensor& pixels);
  torch::Tensor RowsOf(const torch::Tensor& map, torch::Tensor* parts = nullptr);
  int64_t map_channels() const { return map_channels_; }
  bool UseTiles() override;
  bool uses_tiles() const override { return tiles_ != nullptr; }
  double TextShare() const override;

  const std::shared_ptr<EfficientNetLite> trunk;
  const std::shared_ptr<PosteriorHead> head;

 private:
  PosteriorTower(std::shared_ptr<EfficientNetLite> trunk_module,
                 std::shared_ptr<PosteriorHead> head_module, int64_t map_channels);

  torch::Tensor PlacesOf(const torch::Tensor& map) const;

  int64_t map_channels_;
  std::unique_ptr<TileTrunk> tiles_;  // in place of the trunk, or null
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_POSTERIOR_TOWER_H_
