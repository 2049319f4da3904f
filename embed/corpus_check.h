#ifndef IMAGO_EMBED_CORPUS_CHECK_H_
#define IMAGO_EMBED_CORPUS_CHECK_H_

// Pictures to train on that look like held-out ones: who learned from them knows the answers.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/picture_sketch.h"

namespace imago {

struct CorpusOptions {
  std::vector<std::string> manifests;  // train_manifest.h, beside their files
  // Has captioned-photos and grocery-photos (eval_clip.h), or one of them; all of their pictures
  // are held out. Empty: none.
  std::string root = {};
  SketchLimits limits = {};
  std::function<void(const std::string& what, uint64_t done, uint64_t total)> on_progress = nullptr;
};

struct Duplicate {
  std::string manifest;
  std::string file;  // as the manifest has it
  std::string label;
  std::string held;        // path of the held-out picture
  std::string held_label;  // "" where it has none
  SketchDistance distance;
};

struct CorpusReport {
  std::vector<Duplicate> duplicates;
  uint64_t to_train_on = 0;
  uint64_t held_out = 0;
};

// Compares each row of split "train" for use "train" with all that are held out of any of the
// manifests: those of another split and those for use "measure". Rows that were marked before are
// neither. Errors of single pictures are errors of the whole.
absl::StatusOr<CorpusReport> CheckCorpus(const CorpusOptions& options);

// In the manifests, the use of the training rows that are named becomes "duplicate": no training
// and no evaluation takes them.
absl::Status MarkDuplicates(const std::vector<Duplicate>& duplicates);

}  // namespace imago

#endif  // IMAGO_EMBED_CORPUS_CHECK_H_
