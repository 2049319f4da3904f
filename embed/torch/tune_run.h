#ifndef IMAGO_EMBED_TORCH_TUNE_RUN_H_
#define IMAGO_EMBED_TORCH_TUNE_RUN_H_

// The second part of a training: the later blocks of the picture network learn together with the
// head, from the maps that the earlier ones made.

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "embed/torch/checkpoint.h"
#include "embed/torch/efficientnet_lite.h"
#include "embed/torch/starter_model.h"
#include "embed/torch/tune_set.h"

namespace imago {

struct TuneOptions {
  int64_t steps = 1000;
  size_t from_block = 11;  // the blocks before it stay as they are
  double trunk_rate = 1e-4;
  double head_rate = 5e-4;  // of the head's new layers
  bool bfloat16 = false;    // the trunk computes in it
  double max_scale = 30;
  double teach_rows = 4;  // weight of the distance of photos' and collages' rows from the first
  double teach_maps = 4;  // the same for the last map
  std::string settings;   // of the whole run: a checkpoint of others is refused
};

class TuneModel : public torch::nn::Module {
 public:
  TuneModel(std::shared_ptr<EfficientNetLite> trunk_module,
            std::shared_ptr<StarterModel> starter_module);

  const std::shared_ptr<EfficientNetLite> trunk;
  const std::shared_ptr<StarterModel> starter;
};

// Copies of a module's parameters, and its way back to such: by `share` of it.
std::vector<torch::Tensor> CopyParameters(const torch::nn::Module& module);
void MoveTowards(const std::vector<torch::Tensor>& target, double share, torch::nn::Module& module);

// The model as it is before the tuning, which it keeps to on photos.
class FirstModel {
 public:
  // Copies the model. `trunk` is the same network as the one that is tuned, frozen.
  FirstModel(std::shared_ptr<EfficientNetLite> trunk, size_t from_block, const PosteriorHead& head);

  // The last map, as PlacesFrom; and rows as Semantic gives them. Neither has gradients.
  torch::Tensor Places(const torch::Tensor& maps) const;
  torch::Tensor Semantic(const torch::Tensor& features) const;

 private:
  std::shared_ptr<EfficientNetLite> trunk_;
  size_t from_block_;
  std::shared_ptr<PosteriorHead> head_;
};

// What the loss looks at of one batch.
struct TuneRows {
  torch::Tensor places;  // [collages + n, features, h, w], of the network that is tuned
  torch::Tensor first;   // [collages + photos, features, h, w], of FirstModel
  torch::Tensor texts;   // [labels, width]: of batch.text, as the encoder gives them
};
// Of each labelled picture the cross-entropy among the texts of all labels, but for those that mean
// nearly the same as its own, and ContrastiveLoss within the batch; of photos and collages the
// distances of rows and of maps from those of the first model.
torch::Tensor TuneLoss(const StarterModel& model, const FirstModel& first, const TuneBatch& batch,
                       const TuneRows& rows, const TuneOptions& options);

class TuneRun : public CheckpointedRun {
 public:
  // Trains both in place. The trunk is folded and f32. Keeps `batches`.
  TuneRun(const std::shared_ptr<TuneModel>& model, const FirstModel& first,
          const TuneSampler* batches, const TuneOptions& options);

  // One optimiser step, added to history(). The next batch is drawn meanwhile on another thread.
  void Step();

 private:
  TuneBatch NextBatch(int64_t step);

  std::shared_ptr<TuneModel> model_;
  FirstModel first_;
  const TuneSampler* batches_;
  TuneOptions options_;
  int64_t next_step_ = -1;  // of what next_ draws
  std::future<TuneBatch> next_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_TUNE_RUN_H_
