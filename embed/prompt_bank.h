#ifndef IMAGO_EMBED_PROMPT_BANK_H_
#define IMAGO_EMBED_PROMPT_BANK_H_

// Sentences to put a label into, so that a text tower that learned from captions is asked in its
// own language. Published with CLIP (github.com/openai/CLIP, MIT licence: data/prompts.md and
// notebooks/Prompt_Engineering_for_ImageNet.ipynb), in the order and the words published there.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace imago {

struct PromptSet {
  std::string_view name;
  absl::Span<const std::string_view> templates;  // each has "{}" exactly once
};

// Used where neither templates nor a set is asked for.
inline constexpr char kDefaultPrompts[] = "photo";

// "name" (the label alone), "photo", "imagenet80" and "best7" (of those 80 the seven that together
// do best for small models) fit anything. Each of the others says what kind of thing all labels
// are: "pet", "food", "flower", "aircraft", "bird", "car", "scene", "texture", "satellite",
// "digit", "sign", "emoji", "drawing", "action".
absl::Span<const PromptSet> PromptBank();
// kInvalidArgument, field "prompts", names the sets that there are.
absl::StatusOr<std::vector<std::string>> TemplatesOf(const std::string& name);
// `prompt`, which has "{}", with the label in its place.
std::string FillTemplate(std::string_view prompt, std::string_view label);

}  // namespace imago

#endif  // IMAGO_EMBED_PROMPT_BANK_H_
