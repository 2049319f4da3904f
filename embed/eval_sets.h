#ifndef IMAGO_EMBED_EVAL_SETS_H_
#define IMAGO_EMBED_EVAL_SETS_H_

// Pictures that an evaluation looks at, as tables (TSV) describe them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

// Pictures, each with one of the set's labels.
struct LabelledSet {
  std::string name;                 // "labelled-photos novel"
  std::vector<std::string> paths;   // of files
  std::vector<std::string> labels;  // distinct, sorted
  std::vector<uint32_t> label_of;   // for each picture, a number of `labels`
  std::vector<uint8_t> trains;      // for each picture: 1 where it may train a linear probe

  size_t size() const { return paths.size(); }
  // The pictures that may train a probe, and the others.
  std::vector<uint32_t> Known() const;
  std::vector<uint32_t> Held() const;
};

// The prompt set (embed/prompt_bank.h) that says what kind of thing the labels of a set are; ""
// where none does.
std::string ContextOf(const std::string& set);

// Of a manifest (embed/train_manifest.h) what is held out: the labels never trained on ("novel"),
// the other pictures never trained on ("test"), and each source that only measures, whose rows of
// split "train" may train a probe. The names begin with that of the manifest's folder.
absl::StatusOr<std::vector<LabelledSet>> ReadHeldOut(const std::string& manifest);

// labels.tsv (file, split, and the column), whose rows of split "train" may train a probe.
absl::StatusOr<LabelledSet> ReadLabelled(const std::string& dir, const std::string& column);

struct CaptionedSet {
  std::vector<std::string> paths;  // of files, sorted
  std::vector<std::string> captions;
  std::vector<uint32_t> picture_of;  // for each caption
};
// captions.tsv (file, caption) and images/.
absl::StatusOr<CaptionedSet> ReadCaptioned(const std::string& dir);

}  // namespace imago

#endif  // IMAGO_EMBED_EVAL_SETS_H_
