#include "embed/torch/tagger_batch.h"

#include <algorithm>

namespace imago {
namespace {

// Shares of words. Those of made sentences are few and must not be learned by heart.
constexpr double kHideWord = 0.08;
constexpr double kHideMade = 0.5;
constexpr double kHideRule = 0.1;

WordFeatures Hidden(WordFeatures word, double share, Random& random) {
  if (random.Uniform() < share) {
    for (const auto i :
         {kWordFeature, kLastThreeFeature, kLastTwoFeature, kFirstFourFeature, kVectorFeature}) {
      word[i] = 0;
    }
  }
  if (random.Uniform() < kHideWord) word[kWordFeature] = 0;
  if (random.Uniform() < kHideRule) word[kRuleFeature] = 0;
  return word;
}

void JoinWords(const TaggerTrainSet& set, const std::vector<size_t>& chosen, Random* hide,
               TaggerBatch& out) {
  auto features = out.features.accessor<int64_t, 3>();
  auto types = out.types.accessor<int64_t, 2>();
  for (size_t row = 0; row < chosen.size(); ++row) {
    const TaggerExample& example = set.examples[chosen[row]];
    const double share = chosen[row] < set.news ? kHideWord : kHideMade;
    const auto at = static_cast<int64_t>(row);
    out.lengths[at] = static_cast<int64_t>(example.words.size());
    for (size_t w = 0; w < example.words.size(); ++w) {
      const WordFeatures word =
          hide == nullptr ? example.words[w] : Hidden(example.words[w], share, *hide);
      const auto column = static_cast<int64_t>(w);
      for (size_t i = 0; i < kWordFeatures; ++i) {
        features[at][column][static_cast<int64_t>(i)] = word[i];
      }
      types[at][column] = example.types[w];
    }
  }
}

void JoinTriggers(const TaggerTrainSet& set, const std::vector<size_t>& chosen, Random* hide,
                  TaggerBatch& out) {
  TriggerBatch& triggers = out.triggers;
  auto distances = triggers.distances.accessor<int64_t, 2>();
  auto rules = triggers.rule_roles.accessor<int64_t, 2>();
  auto labels = out.roles.accessor<int64_t, 2>();
  int64_t at = 0;
  for (size_t row = 0; row < chosen.size(); ++row) {
    for (const TriggerExample& one : set.examples[chosen[row]].triggers) {
      triggers.sentences[at] = static_cast<int64_t>(row);
      triggers.words[at] = static_cast<int64_t>(one.word);
      triggers.types[at] = one.type;
      triggers.lengths[at] = static_cast<int64_t>(one.roles.size());
      const bool hidden = hide != nullptr && hide->Uniform() < kHideRule;
      for (size_t w = 0; w < one.roles.size(); ++w) {
        const auto column = static_cast<int64_t>(w);
        distances[at][column] = DistanceRow(one.word, w);
        rules[at][column] = hidden ? 0 : one.rule_roles[w];
        labels[at][column] = one.roles[w];
      }
      ++at;
    }
  }
}

}  // namespace

TaggerBatch JoinExamples(const TaggerTrainSet& set, const std::vector<size_t>& chosen,
                         Random* hide) {
  const auto batch = static_cast<int64_t>(chosen.size());
  int64_t words = 0;
  int64_t triggers = 0;
  for (const size_t i : chosen) {
    words = std::max(words, static_cast<int64_t>(set.examples[i].words.size()));
    triggers += static_cast<int64_t>(set.examples[i].triggers.size());
  }
  TaggerBatch out;
  out.features = torch::zeros({batch, words, static_cast<int64_t>(kWordFeatures)}, torch::kInt64);
  out.lengths = torch::empty({batch}, torch::kInt64);
  out.types = torch::full({batch, words}, kNotLearned, torch::kInt64);
  for (torch::Tensor* one :
       {&out.triggers.sentences, &out.triggers.words, &out.triggers.types, &out.triggers.lengths}) {
    *one = torch::empty({triggers}, torch::kInt64);
  }
  out.triggers.distances = torch::zeros({triggers, words}, torch::kInt64);
  out.triggers.rule_roles = torch::zeros({triggers, words}, torch::kInt64);
  out.roles = torch::full({triggers, words}, kNotLearned, torch::kInt64);
  JoinWords(set, chosen, hide, out);
  JoinTriggers(set, chosen, hide, out);
  return out;
}

}  // namespace imago
