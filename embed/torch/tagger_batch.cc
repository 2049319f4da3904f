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

// After JoinWords: a word without a row for its last letters is hidden.
void JoinPieces(const TaggerTrainSet& set, const std::vector<size_t>& chosen, TaggerBatch& out) {
  int64_t runs = 0;
  size_t length = 0;
  for (const size_t i : chosen) {
    for (const std::vector<int32_t>& run : set.examples[i].pieces.runs) {
      ++runs;
      length = std::max(length, run.size());
    }
  }
  if (runs == 0) return;
  PieceBatch& pieces = out.pieces;
  const auto columns = static_cast<int64_t>(length);
  pieces.ids = torch::zeros({runs, columns}, torch::kInt64);
  pieces.lengths = torch::empty({runs}, torch::kInt64);
  pieces.rows = torch::zeros({out.features.size(0), out.features.size(1)}, torch::kInt64);
  const auto features = out.features.accessor<int64_t, 3>();
  auto ids = pieces.ids.accessor<int64_t, 2>();
  auto rows = pieces.rows.accessor<int64_t, 2>();
  int64_t first = 0;
  for (int64_t at = 0; at < out.features.size(0); ++at) {
    const WordPieces& of = set.examples[chosen[static_cast<size_t>(at)]].pieces;
    for (size_t run = 0; run < of.runs.size(); ++run) {
      const auto row = first + static_cast<int64_t>(run);
      pieces.lengths[row] = static_cast<int64_t>(of.runs[run].size());
      std::copy(of.runs[run].begin(), of.runs[run].end(), ids[row].data());
    }
    for (size_t w = 0; w < of.words.size(); ++w) {
      const WordPieces::Place& place = of.words[w];
      const auto row = first + static_cast<int64_t>(place.run);
      const auto column = static_cast<int64_t>(w);
      rows[at][column] = row * columns + static_cast<int64_t>(place.row);
      if (features[at][column][kLastThreeFeature] != 0) continue;
      std::fill(ids[row].data() + place.begin, ids[row].data() + place.end, kMaskPiece);
    }
    first += static_cast<int64_t>(of.runs.size());
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
  JoinPieces(set, chosen, out);
  JoinTriggers(set, chosen, hide, out);
  return out;
}

}  // namespace imago
