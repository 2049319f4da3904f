#ifndef IMAGO_EMBED_EVAL_CLIP_H_
#define IMAGO_EMBED_EVAL_CLIP_H_

// How well an encoder does on pictures it never saw. Protocols: retrieval as in Radford et al. 2021
// (a text counts when its picture is among the k best; a picture when any of its texts is),
// zero-shot classification with one template, nearest neighbours by picture.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"

namespace imago {

struct Metric {
  std::string set;       // "captioned-photos"
  std::string name;      // "text to image R@1"
  double value = 0;      // all shares are within [0, 1]
  double chance = 0;     // what guessing gives
  double baseline = -1;  // of a 512-bin colour histogram; -1: none
  uint64_t cases = 0;    // queries
  uint64_t candidates = 0;
};

struct EvalReport {
  std::string model;
  std::vector<Metric> metrics;
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
  std::string label_template = "a photo of a {}.";
  std::function<void(const std::string& what, uint64_t done, uint64_t total)> on_progress = nullptr;
};

// kNotFound when root has none of the sets; errors of single pictures are errors of the whole.
absl::StatusOr<EvalReport> EvaluateClip(const Encoder& encoder, const EvalOptions& options);

std::string EvalReportToJson(const EvalReport& report);
// A table for people, one metric a line.
std::string EvalReportToText(const EvalReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_CLIP_H_
