#include "embed/torch/relation_run.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "embed/random.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/starter_model.h"

namespace imago {
namespace {

constexpr double kDecay = 0.05;

// What the relations add to these rows.
torch::Tensor AddedTo(Relation& image, const RelationPictures& pictures,
                      const torch::Tensor& indices) {
  return image.ForwardMap(MapsOf(pictures.maps, indices).to(torch::kFloat32));
}

torch::Tensor AddedTo(Relation& text, const RelationTexts& texts, const torch::Tensor& indices) {
  return text.ForwardWords(texts.words.Rows(indices).to(torch::kFloat32),
                           texts.lengths.index_select(0, indices));
}

torch::Tensor Unit(const torch::Tensor& rows) { return torch::nn::functional::normalize(rows); }

// Picture i goes with text i. Texts of equal keys are not told apart.
torch::Tensor PairLoss(const torch::Tensor& pictures, const torch::Tensor& texts,
                       const torch::Tensor& keys) {
  const torch::Tensor own = torch::arange(pictures.size(0));
  torch::Tensor same = keys.unsqueeze(1) == keys.unsqueeze(0);
  same.fill_diagonal_(false);
  const double never = -std::numeric_limits<float>::infinity();
  const torch::Tensor logits = torch::matmul(pictures, texts.t()).masked_fill(same, never);
  return torch::nn::functional::cross_entropy(logits, own) +
         torch::nn::functional::cross_entropy(logits.t(), own);
}

}  // namespace

RelationModel::RelationModel(const RelationShape& image_shape, const RelationShape& text_shape)
    : image(register_module("image", std::make_shared<Relation>(image_shape))),
      text(register_module("text", std::make_shared<Relation>(text_shape))) {}

torch::Tensor RelationModel::Pictures(const RelationPictures& pictures,
                                      const torch::Tensor& indices) const {
  return Unit(pictures.rows.index_select(0, indices) + AddedTo(*image, pictures, indices));
}

torch::Tensor RelationModel::Texts(const RelationTexts& texts, const torch::Tensor& indices) const {
  return Unit(texts.rows.index_select(0, indices) + AddedTo(*text, texts, indices));
}

RelationRun::RelationRun(std::shared_ptr<RelationModel> model, const RelationSet* set,
                         const RelationOptions& options)
    : CheckpointedRun(
          model,
          std::make_unique<torch::optim::AdamW>(
              model->parameters(),
              torch::optim::AdamWOptions(options.rate).betas({0.9, 0.98}).weight_decay(kDecay)),
          options.steps, options.settings),
      model_(std::move(model)),
      set_(set),
      options_(options) {}

torch::Tensor RelationRun::Loss() const {
  Random mix(options_.seed);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step()));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  const auto draw = [&random](int64_t most, int64_t count) {
    return torch::randint(most, {count}, random, torch::kInt64);
  };
  const int64_t scenes = set_->scenes.rows.size(0);
  const torch::Tensor pairs = draw(scenes / 2, options_.scenes / 2);
  const torch::Tensor drawn = torch::cat({2 * pairs, 2 * pairs + 1});
  const torch::Tensor loss =
      PairLoss(options_.scale * model_->Pictures(set_->scenes, drawn),
               model_->Texts(set_->captions, drawn), set_->captions.keys.index_select(0, drawn));
  const torch::Tensor photos =
      AddedTo(*model_->image, set_->photos, draw(set_->photos.rows.size(0), options_.plain));
  const torch::Tensor plain =
      AddedTo(*model_->text, set_->plain, draw(set_->plain.rows.size(0), options_.plain));
  return loss + options_.still * (photos.square().sum(1).mean() + plain.square().sum(1).mean());
}

void RelationRun::Step() {
  const double rate = options_.rate * RateFactor(step(), options_.steps);
  for (torch::optim::OptimizerParamGroup& group : optimiser().param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
  }
  const torch::Tensor loss = Loss();
  Descend(loss);
  Record(loss, rate, options_.scale);
}

double PairAccuracy(const RelationModel& model, const RelationPictures& pictures,
                    const RelationTexts& texts) {
  const torch::NoGradGuard no_grad;
  constexpr int64_t kPass = 64;
  const int64_t count = pictures.rows.size(0);
  int64_t right = 0;
  for (int64_t begin = 0; begin < count; begin += kPass) {
    const torch::Tensor some = torch::arange(begin, std::min(begin + kPass, count));
    const torch::Tensor rows = model.Pictures(pictures, some);
    const torch::Tensor wrong = some + 1 - 2 * some.remainder(2);
    const torch::Tensor gap =
        (rows * (model.Texts(texts, some) - model.Texts(texts, wrong))).sum(1);
    right += (gap > 0).sum().item<int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace imago
