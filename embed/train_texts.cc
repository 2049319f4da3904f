#include "embed/train_texts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "embed/random.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

constexpr std::array<std::string_view, 9> kTemplates = {
    "a photo of a {}.",
    "a {}",
    "{}",
    "there is a {} in the picture",
    "a picture of the {}",
    "a close-up of a {}",
    "{} outdoors",
    "a photograph showing a {} in the background",
    "someone looking at a {}"};
constexpr size_t kClassTemplates = 5;

constexpr std::array<std::string_view, 5> kPictureTemplates = {
    "a photo of a {}.", "{}", "a picture of a {}", "a drawing of a {}.", "an icon of a {}"};

constexpr std::array<std::string_view, 8> kPairTemplates = {"a {} and a {}",
                                                            "a {} next to a {}",
                                                            "a photo of a {} with a {}",
                                                            "there is a {} and a {} in the picture",
                                                            "a {} beside a {}.",
                                                            "the {} is in front of the {}",
                                                            "{}, {}",
                                                            "a {} on top of a {}"};

// Running sums of the weights, to draw from by a uniform number below the last.
std::vector<double> RunningSums(absl::Span<const int64_t> photos) {
  std::vector<double> sums;
  double sum = 0;
  for (const int64_t n : photos) sums.push_back(sum += std::sqrt(static_cast<double>(n)));
  return sums;
}

int64_t Draw(const std::vector<double>& sums, Random& random) {
  const auto at = std::upper_bound(sums.begin(), sums.end() - 1, random.Uniform(0, sums.back()));
  return at - sums.begin();
}

}  // namespace

absl::Span<const std::string_view> ClassTemplates() {
  return absl::MakeConstSpan(kTemplates).subspan(0, kClassTemplates);
}

absl::Span<const std::string_view> LabelTemplates() { return kTemplates; }

absl::Span<const std::string_view> PictureTemplates() { return kPictureTemplates; }

std::string FillTemplate(std::string_view text, absl::Span<const std::string_view> names) {
  std::string filled;
  for (const std::string_view name : names) {
    const size_t hole = text.find("{}");
    if (hole == std::string_view::npos) break;
    filled.append(text.substr(0, hole)).append(name);
    text.remove_prefix(hole + 2);
  }
  return filled.append(text);
}

std::vector<std::string> FillTemplates(absl::Span<const std::string_view> templates,
                                       absl::Span<const std::string> names) {
  std::vector<std::string> texts;
  for (const std::string& name : names) {
    for (const std::string_view text : templates) texts.push_back(FillTemplate(text, {name}));
  }
  return texts;
}

std::vector<LabelPair> DrawLabelPairs(absl::Span<const std::string> labels,
                                      absl::Span<const int64_t> photos, int count, uint64_t seed) {
  std::vector<LabelPair> pairs;
  if (labels.size() < 2) return pairs;
  const std::vector<double> sums = RunningSums(photos);
  Random random(seed);
  while (pairs.size() < static_cast<size_t>(count)) {
    const int64_t first = Draw(sums, random);
    const int64_t second = Draw(sums, random);
    if (first == second) continue;
    const auto text = kPairTemplates[random.Below(kPairTemplates.size())];
    pairs.push_back({first, second, FillTemplate(text, {labels[first], labels[second]})});
  }
  return pairs;
}

absl::StatusOr<std::vector<std::string>> ParseClassNames(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  bool strings = parsed.is_array();
  for (size_t i = 0; strings && i < parsed.size(); ++i) {
    strings = parsed[i].is_string();
    if (strings) names.push_back(parsed[i].get<std::string>());
  }
  if (!strings) return absl::InvalidArgumentError("class names must be a JSON array of strings");
  return names;
}

}  // namespace imago
