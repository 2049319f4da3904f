#ifndef IMAGO_EMBED_TRAIN_TEXTS_H_
#define IMAGO_EMBED_TRAIN_TEXTS_H_

// Sentences about labels, from templates with "{}" for each label.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace imago {

// For the names of a classifier's classes. The first is the one that names are measured with.
absl::Span<const std::string_view> ClassTemplates();
// For a photo's label; starts with those for classes.
absl::Span<const std::string_view> LabelTemplates();
// For the label of a picture of any kind.
absl::Span<const std::string_view> PictureTemplates();

// Each "{}" replaced by the next name.
std::string FillTemplate(std::string_view text, absl::Span<const std::string_view> names);
// All templates for the first name, then for the second, ...
std::vector<std::string> FillTemplates(absl::Span<const std::string_view> templates,
                                       absl::Span<const std::string> names);

struct LabelPair {
  int64_t first = 0;  // positions among the labels, different
  int64_t second = 0;
  std::string text;
};
// `count` texts about two labels each, drawn by the square root of how many photos each label has.
// Fewer than two labels: none.
std::vector<LabelPair> DrawLabelPairs(absl::Span<const std::string> labels,
                                      absl::Span<const int64_t> photos, int count, uint64_t seed);

// A JSON array of strings. kInvalidArgument otherwise.
absl::StatusOr<std::vector<std::string>> ParseClassNames(const std::string& json);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_TEXTS_H_
