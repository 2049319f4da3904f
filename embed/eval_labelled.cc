#include "embed/eval_labelled.h"

#include <map>
#include <string>
#include <utility>

#include "embed/eval_parts.h"
#include "embed/label_vectors.h"
#include "embed/prompt_bank.h"
#include "embed/retrieval_metrics.h"

namespace imago {
namespace {

// Of more labels than this an ensemble of 80 templates would take minutes.
constexpr size_t kMostLabelsForAll = 500;
constexpr size_t kMostConfusions = 10;

using Hits = std::vector<uint8_t>;
using Templates = std::vector<std::string>;

// How a set's pictures are classified.
struct Classified {
  Matrix scores;  // [pictures, labels]
  std::vector<std::vector<uint32_t>> right;
  std::vector<size_t> ranks;
};

class ZeroShot {
 public:
  ZeroShot(const Encoder& encoder, const EncodedSet& encoded)
      : encoder_(encoder), encoded_(encoded) {}

  absl::StatusOr<Classified> Classify(const std::vector<uint32_t>& pictures,
                                      const Templates& templates) {
    auto known = labels_.find(templates);
    if (known == labels_.end()) {
      auto labels = EncodeLabels(encoder_, encoded_.set.labels, templates);
      if (!labels.ok()) return labels.status();
      known = labels_.emplace(templates, *std::move(labels)).first;
    }
    Classified classified;
    classified.scores = Scores(At(encoded_.pictures.rows, pictures), known->second);
    for (const uint32_t one : pictures) classified.right.push_back({encoded_.set.label_of[one]});
    classified.ranks = Ranks(classified.scores, classified.right);
    return classified;
  }

 private:
  const Encoder& encoder_;
  const EncodedSet& encoded_;
  std::map<Templates, Matrix> labels_;  // their vectors
};

absl::Status EvaluatePrompts(const EncodedSet& encoded, const std::vector<uint32_t>& pictures,
                             ZeroShot& zero_shot, EvalReport& report) {
  std::vector<std::string> names = {"name", "photo"};
  const std::string context = ContextOf(encoded.set.name);
  if (!context.empty()) names.push_back(context);
  names.push_back("best7");
  if (encoded.set.labels.size() <= kMostLabelsForAll) names.push_back("imagenet80");
  Hits bare;
  for (const std::string& name : names) {
    const auto classified = zero_shot.Classify(pictures, TemplatesOf(name).value());
    if (!classified.ok()) return classified.status();
    const Hits hits = HitsOf(classified->ranks);
    if (bare.empty()) bare = hits;
    PromptScore& score = report.prompts.emplace_back();
    score.set = encoded.set.name;
    score.prompts = name;
    score.top1 = Share(hits);
    score.interval = WilsonInterval(score.top1, hits.size());
    score.gain = score.top1 - Share(bare);
    score.gain_interval = PairedInterval(hits, bare);
    score.cases = hits.size();
    score.labels = encoded.set.labels.size();
  }
  return absl::OkStatus();
}

// Where the set has pictures to train a probe on.
absl::Status EvaluateProbe(const EvalOptions& options, const EncodedSet& encoded,
                           ZeroShot& zero_shot, EvalReport& report) {
  const std::vector<uint32_t> held = encoded.set.Held();
  if (options.linear_probe == nullptr || held.empty() || held.size() == encoded.set.size())
    return absl::OkStatus();
  const std::vector<uint32_t> train = encoded.set.Known();
  const std::vector<int> labels(encoded.set.label_of.begin(), encoded.set.label_of.end());
  const Matrix train_rows = At(encoded.pictures.rows, train);
  const Matrix test_rows = At(encoded.pictures.rows, held);
  const auto probe =
      options.linear_probe({train_rows, At(labels, train), test_rows, At(labels, held)});
  if (!probe.ok()) return probe.status();
  const auto classified = zero_shot.Classify(held, {options.label_template});
  if (!classified.ok()) return classified.status();
  ProbeScore& score = report.probes.emplace_back();
  score.set = encoded.set.name;
  score.probe = Share(probe->hits);
  score.probe_interval = WilsonInterval(score.probe, held.size());
  score.zero_shot = Share(HitsOf(classified->ranks));
  score.zero_shot_interval = WilsonInterval(score.zero_shot, held.size());
  score.strength = probe->strength;
  score.trained_on = train.size();
  score.cases = held.size();
  score.labels = encoded.set.labels.size();
  return absl::OkStatus();
}

// What the pictures were taken for: the confusions, and the samples that were asked for.
void AddTaken(const EvalOptions& options, const LabelledSet& set,
              const std::vector<uint32_t>& pictures, const Classified& classified,
              EvalReport& report) {
  const std::vector<uint32_t> right = At(set.label_of, pictures);
  const std::vector<uint32_t> taken = Firsts(classified.scores, classified.ranks, classified.right);
  for (Confusion& one : TopConfusions(set.labels, right, taken, kMostConfusions)) {
    one.set = set.name;
    report.confusions.push_back(std::move(one));
  }
  if (options.samples == 0) return;
  EvalSample sample = DrawSample(set.name, HitsOf(classified.ranks), options);
  for (EvalCase& one : sample.cases) {
    one.asked = set.labels[right[one.number]];
    one.first = set.labels[taken[one.number]];
    one.picture = set.paths[pictures[one.number]];
  }
  report.samples.push_back(std::move(sample));
}

}  // namespace

absl::Status EvaluateLabelled(const Encoder& encoder, const EvalOptions& options,
                              const EncodedSet& encoded, const std::vector<uint32_t>& pictures,
                              EvalReport& report) {
  ZeroShot zero_shot(encoder, encoded);
  const auto classified = zero_shot.Classify(pictures, {options.label_template});
  if (!classified.ok()) return classified.status();
  AddRecalls({encoded.set.name, "zero-shot top-", encoded.set.labels.size(), {1, 5}},
             classified->ranks, report);
  AddTaken(options, encoded.set, pictures, *classified, report);
  if (options.prompts) {
    auto status = EvaluatePrompts(encoded, pictures, zero_shot, report);
    if (!status.ok()) return status;
  }
  return EvaluateProbe(options, encoded, zero_shot, report);
}

}  // namespace imago
