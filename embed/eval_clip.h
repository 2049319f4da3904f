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
  double words = -1;  // baseline of captions: a bag of the words that fit the picture; -1: none
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

// Pictures of one label that were taken for another.
struct Confusion {
  std::string set;
  std::string label;
  std::string taken;   // the label that came first
  uint64_t count = 0;  // so many pictures
  uint64_t of = 0;     // of so many of the label
};

// A query and what came first, for people to look at.
struct EvalCase {
  uint64_t number = 0;  // among the set's cases
  bool hit = false;
  std::string asked;    // a caption, or the picture's label
  std::string picture;  // path: of the caption's picture, or of the picture that was asked for
  std::string first;    // the label that came first; "" where pictures did
  std::string first_picture;  // path of the picture that came first; "" where labels did
};

// Some hits and some misses of one set, drawn by chance.
struct EvalSample {
  std::string set;
  uint64_t hits = 0;  // of all
  uint64_t misses = 0;
  std::vector<EvalCase> cases;  // hits first
};

struct EvalReport {
  std::string model;
  std::vector<Metric> metrics;
  std::vector<PromptScore> prompts;
  std::vector<ProbeScore> probes;
  std::vector<std::string> absent;  // sets that were not at hand
  double seconds = 0;
  std::vector<Confusion> confusions;  // the most frequent of each zero-shot set
  std::vector<EvalSample> samples;    // where asked for; not part of the JSON
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
  // Names of things, such as ImageNet's classes: those that fit a picture best are its words, in
  // the baseline of captions (Metric::words). Empty: none.
  std::vector<std::string> words = {};
  uint64_t samples = 0;  // hits, and misses, of each set in EvalReport::samples
  uint64_t seed = 1;     // of what is drawn
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
