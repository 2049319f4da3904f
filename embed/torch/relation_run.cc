#include "embed/torch/relation_run.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "embed/random.h"
#include "embed/torch/picture_features.h"
#include "embed/torch/starter_model.h"

namespace imago {
namespace {

constexpr double kDecay = 0.05;

torch::Tensor Bound(const Relations& relations, const RelationPictures& pictures,
                    const torch::Tensor& indices) {
  return relations.OfMaps(MapsOf(pictures.maps, indices), pictures.parts.index_select(0, indices));
}

torch::Tensor Bound(const Relations& relations, const RelationTexts& texts,
                    const torch::Tensor& indices) {
  return relations.OfPhrases(texts.Phrases(indices), indices.size(0));
}

// Whole rows, as the encoder makes them.
template <typename Side>
torch::Tensor Rows(const Relations& relations, const Side& side, const torch::Tensor& indices) {
  return relations.Add(Bound(relations, side, indices), side.rows.index_select(0, indices), 1);
}

// Picture i goes with text i. Texts of equal keys are not told apart.
torch::Tensor MatchLoss(const torch::Tensor& pictures, const torch::Tensor& texts,
                        const torch::Tensor& keys) {
  const torch::Tensor own = torch::arange(pictures.size(0));
  torch::Tensor same = keys.unsqueeze(1) == keys.unsqueeze(0);
  same.fill_diagonal_(false);
  const double never = -std::numeric_limits<float>::infinity();
  const torch::Tensor logits = torch::matmul(pictures, texts.t()).masked_fill(same, never);
  return torch::nn::functional::cross_entropy(logits, own) +
         torch::nn::functional::cross_entropy(logits.t(), own);
}

// The number of each new string, in order.
class Numbers {
 public:
  int64_t Of(const std::string& text) {
    return numbers_.emplace(text, static_cast<int64_t>(numbers_.size())).first->second;
  }
  std::vector<std::string> Strings() const {
    std::vector<std::string> strings(numbers_.size());
    for (const auto& [text, number] : numbers_) strings[number] = text;
    return strings;
  }

 private:
  std::map<std::string, int64_t> numbers_;
};

}  // namespace

PhraseBatch RelationTexts::Phrases(const torch::Tensor& indices) const {
  const torch::Tensor some = phrases.index_select(0, indices);
  const torch::Tensor real = some >= 0;
  return {known.index_select(0, some.masked_select(real)),
          places.index_select(0, indices).masked_select(real), real.nonzero().select(1, 0)};
}

RelationTexts SplitTexts(
    const std::vector<std::string>& captions,
    const std::function<torch::Tensor(const std::vector<std::string>&)>& rows_of) {
  const auto count = static_cast<int64_t>(captions.size());
  constexpr auto kMost = static_cast<int64_t>(kMaxCaptionPhrases);
  RelationTexts texts;
  texts.rows = rows_of(captions);
  texts.phrases = torch::full({count, kMost}, -1, torch::kInt64);
  texts.places = torch::zeros({count, kMost}, torch::kInt64);
  Numbers keys;
  Numbers known;
  std::vector<int64_t> key_of;
  for (int64_t i = 0; i < count; ++i) {
    key_of.push_back(keys.Of(captions[i]));
    int64_t* phrase = texts.phrases.data_ptr<int64_t>() + i * kMost;
    int64_t* place = texts.places.data_ptr<int64_t>() + i * kMost;
    for (const CaptionPhrase& said : SplitCaption(captions[i])) {
      *phrase++ = known.Of(said.text);
      *place++ = static_cast<int64_t>(said.place);
    }
  }
  texts.keys = torch::tensor(key_of, torch::kInt64);
  texts.known = rows_of(known.Strings());
  return texts;
}

RelationRun::RelationRun(std::shared_ptr<Relations> relations, const RelationScenes* scenes,
                         const RelationRunOptions& options)
    : CheckpointedRun(
          relations,
          std::make_unique<torch::optim::AdamW>(
              relations->parameters(),
              torch::optim::AdamWOptions(options.rate).betas({0.9, 0.98}).weight_decay(kDecay)),
          options.steps, options.settings),
      relations_(std::move(relations)),
      scenes_(scenes),
      options_(options) {}

torch::Tensor RelationRun::Loss() const {
  Random mix(options_.seed);
  mix = Random(mix.Next() ^ static_cast<uint64_t>(step()));
  const at::Generator random = at::make_generator<at::CPUGeneratorImpl>(mix.Next());
  const torch::Tensor pairs = torch::randint(scenes_->pictures.rows.size(0) / 2,
                                             {options_.scenes / 2}, random, torch::kInt64);
  const torch::Tensor drawn = torch::cat({2 * pairs, 2 * pairs + 1});
  return MatchLoss(options_.scale * Bound(*relations_, scenes_->pictures, drawn),
                   Bound(*relations_, scenes_->captions, drawn),
                   scenes_->captions.keys.index_select(0, drawn));
}

void RelationRun::Step() {
  const double rate = options_.rate * RateFactor(step(), options_.steps);
  SetRate(rate);
  const torch::Tensor loss = Loss();
  Descend(loss);
  Record(loss, rate, options_.scale);
}

std::vector<PairScore> ScorePairs(const Relations& relations, const RelationScenes& scenes) {
  const torch::NoGradGuard no_grad;
  constexpr int64_t kPass = 64;
  std::map<std::string, PairScore> by_kind;
  const int64_t count = scenes.pictures.rows.size(0);
  for (int64_t begin = 0; begin < count; begin += kPass) {
    const torch::Tensor some = torch::arange(begin, std::min(begin + kPass, count));
    const torch::Tensor wrong = some + 1 - 2 * some.remainder(2);
    const torch::Tensor gap =
        (Rows(relations, scenes.pictures, some) *
         (Rows(relations, scenes.captions, some) - Rows(relations, scenes.captions, wrong)))
            .sum(1);
    for (int64_t i = 0; i < some.size(0); ++i) {
      PairScore& score = by_kind[scenes.kinds[begin + i]];
      ++score.count;
      if (gap[i].item<float>() > 0) ++score.right;
    }
  }
  std::vector<PairScore> scores;
  for (auto& [name, score] : by_kind) scores.push_back({name, score.right, score.count});
  return scores;
}

}  // namespace imago
