#ifndef IMAGO_EMBED_TRAIN_MANIFEST_H_
#define IMAGO_EMBED_TRAIN_MANIFEST_H_

// Which photos may train a model, and which only measure it.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct LabelledPhoto {
  std::string file;  // relative to the photos' folder
  std::string source;
  std::string label;

  friend bool operator==(const LabelledPhoto&, const LabelledPhoto&) = default;
};

// Rows whose columns "split" and "use" are these; no other row is ever returned.
struct ManifestPart {
  std::string split = "train";
  std::string use = "train";
};

// From a table (tsv.h) with the columns file, source, label, split and use, among others.
// kInvalidArgument also for a file that leads out of its folder.
absl::StatusOr<std::vector<LabelledPhoto>> ReadManifest(const std::string& path,
                                                        const ManifestPart& part);
// In alphabetical order.
std::vector<std::string> DistinctLabels(const std::vector<LabelledPhoto>& photos);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_MANIFEST_H_
