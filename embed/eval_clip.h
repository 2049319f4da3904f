#ifndef IMAGO_EMBED_EVAL_CLIP_H_
#define IMAGO_EMBED_EVAL_CLIP_H_

// How well an encoder does on pictures it never saw. Protocols: retrieval as in Radford et al. 2021
// (a text counts when its picture is among the k best; a picture when any of its texts is),
// zero-shot classification, nearest neighbours by picture, linear probes, scenes.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/eval_stats.h"
#include "embed/linear_probe.h"

namespace imago {

// All shares are within [0, 1]; intervals are those of 95 %.
struct Metric {
  std::string set;   // "captioned-photos"
  std::string name;  // "text to image R@1"
  double value = 0;
  Interval interval;
  double chance = 0;     // what guessing gives
  double baseline = -1;  // of a 512-bin colour histogram; -1: none
  uint64_t cases = 0;    // queries
  uint64_t candidates = 0;
};

// Zero-shot top-1 of one set by one set of prompts.
struct PromptScore {
  std::string set;
  std::string prompts;  // of embed/prompt_bank.h
  double top1 = 0;
  Interval interval;
  double gain = 0;  // over the bare name
  Interval gain_interval;
  uint64_t cases = 0;
  uint64_t labels = 0;
};

// A linear probe, and zero-shot classification of the same pictures.
struct ProbeScore {
  std::string set;
  double probe = 0;
  Interval probe_interval;
  double zero_shot = 0;
  Interval zero_shot_interval;
  double strength = 0;
  uint64_t trained_on = 0;
  uint64_t cases = 0;
  uint64_t labels = 0;
};

struct EvalReport {
  std::string model;
  std::vector<Metric> metrics;
  std::vector<PromptScore> prompts;
  std::vector<ProbeScore> probes;
  std::vector<std::string> absent;  // sets that were not at hand
  double seconds = 0;
};

struct EvalOptions {
  // Has the folders captioned-photos (captions.tsv: file, caption; images/), labelled-photos
  // (photos.tsv: file, source, label, split, use) and grocery-photos (labels.tsv: file, split,
  // fine, coarse), or some of them.
  std::string root;
  // Manifests like labelled-photos/photos.tsv, beside their files.
  std::vector<std::string> also = {};
  std::string label_template = "a photo of a {}.";  // of the zero-shot metrics
  // So many scenes of drawn shapes, and of the pictures of `also` (eval_scenes.h).
  uint64_t scenes = 0;
  bool prompts = false;  // also by bare name, context and ensembles (EvalReport::prompts)
  LinearProbeFunction linear_probe = nullptr;  // also by it (EvalReport::probes)
  std::function<void(const std::string& what, uint64_t done, uint64_t total)> on_progress = nullptr;
};

// kNotFound when root has none of the sets; errors of single pictures are errors of the whole.
absl::StatusOr<EvalReport> EvaluateClip(const Encoder& encoder, const EvalOptions& options);

std::string EvalReportToJson(const EvalReport& report);
// Tables for people, one metric a line.
std::string EvalReportToText(const EvalReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_CLIP_H_
