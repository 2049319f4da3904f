#include "embed/prompt_bank.h"

#include <array>

#include "embed/train_texts.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {
namespace {

// As published, "a origami" included.
constexpr std::string_view kName[] = {"{}"};
constexpr std::string_view kPhoto[] = {"a photo of a {}."};
constexpr std::string_view kImagenet80[] = {"a bad photo of a {}.",
                                            "a photo of many {}.",
                                            "a sculpture of a {}.",
                                            "a photo of the hard to see {}.",
                                            "a low resolution photo of the {}.",
                                            "a rendering of a {}.",
                                            "graffiti of a {}.",
                                            "a bad photo of the {}.",
                                            "a cropped photo of the {}.",
                                            "a tattoo of a {}.",
                                            "the embroidered {}.",
                                            "a photo of a hard to see {}.",
                                            "a bright photo of a {}.",
                                            "a photo of a clean {}.",
                                            "a photo of a dirty {}.",
                                            "a dark photo of the {}.",
                                            "a drawing of a {}.",
                                            "a photo of my {}.",
                                            "the plastic {}.",
                                            "a photo of the cool {}.",
                                            "a close-up photo of a {}.",
                                            "a black and white photo of the {}.",
                                            "a painting of the {}.",
                                            "a painting of a {}.",
                                            "a pixelated photo of the {}.",
                                            "a sculpture of the {}.",
                                            "a bright photo of the {}.",
                                            "a cropped photo of a {}.",
                                            "a plastic {}.",
                                            "a photo of the dirty {}.",
                                            "a jpeg corrupted photo of a {}.",
                                            "a blurry photo of the {}.",
                                            "a photo of the {}.",
                                            "a good photo of the {}.",
                                            "a rendering of the {}.",
                                            "a {} in a video game.",
                                            "a photo of one {}.",
                                            "a doodle of a {}.",
                                            "a close-up photo of the {}.",
                                            "a photo of a {}.",
                                            "the origami {}.",
                                            "the {} in a video game.",
                                            "a sketch of a {}.",
                                            "a doodle of the {}.",
                                            "a origami {}.",
                                            "a low resolution photo of a {}.",
                                            "the toy {}.",
                                            "a rendition of the {}.",
                                            "a photo of the clean {}.",
                                            "a photo of a large {}.",
                                            "a rendition of a {}.",
                                            "a photo of a nice {}.",
                                            "a photo of a weird {}.",
                                            "a blurry photo of a {}.",
                                            "a cartoon {}.",
                                            "art of a {}.",
                                            "a sketch of the {}.",
                                            "a embroidered {}.",
                                            "a pixelated photo of a {}.",
                                            "itap of the {}.",
                                            "a jpeg corrupted photo of the {}.",
                                            "a good photo of a {}.",
                                            "a plushie {}.",
                                            "a photo of the nice {}.",
                                            "a photo of the small {}.",
                                            "a photo of the weird {}.",
                                            "the cartoon {}.",
                                            "art of the {}.",
                                            "a drawing of the {}.",
                                            "a photo of the large {}.",
                                            "a black and white photo of a {}.",
                                            "the plushie {}.",
                                            "a dark photo of a {}.",
                                            "itap of a {}.",
                                            "graffiti of the {}.",
                                            "a toy {}.",
                                            "itap of my {}.",
                                            "a photo of a cool {}.",
                                            "a photo of a small {}.",
                                            "a tattoo of the {}."};
constexpr std::string_view kBest7[] = {"itap of a {}.",           "a bad photo of the {}.",
                                       "a origami {}.",           "a photo of the large {}.",
                                       "a {} in a video game.",   "art of the {}.",
                                       "a photo of the small {}."};
constexpr std::string_view kPet[] = {"a photo of a {}, a type of pet."};
constexpr std::string_view kFood[] = {"a photo of {}, a type of food."};
constexpr std::string_view kFlower[] = {"a photo of a {}, a type of flower."};
constexpr std::string_view kAircraft[] = {"a photo of a {}, a type of aircraft.",
                                          "a photo of the {}, a type of aircraft."};
constexpr std::string_view kBird[] = {"a photo of a {}, a type of bird."};
constexpr std::string_view kCar[] = {"a photo of a {}.",        "a photo of the {}.",
                                     "a photo of my {}.",       "i love my {}!",
                                     "a photo of my dirty {}.", "a photo of my clean {}.",
                                     "a photo of my new {}.",   "a photo of my old {}."};
constexpr std::string_view kScene[] = {"a photo of a {}.", "a photo of the {}."};
constexpr std::string_view kTexture[] = {"a photo of a {} texture.",   "a photo of a {} pattern.",
                                         "a photo of a {} thing.",     "a photo of a {} object.",
                                         "a photo of the {} texture.", "a photo of the {} pattern.",
                                         "a photo of the {} thing.",   "a photo of the {} object."};
constexpr std::string_view kSatellite[] = {"a centered satellite photo of {}.",
                                           "a centered satellite photo of a {}.",
                                           "a centered satellite photo of the {}."};
constexpr std::string_view kDigit[] = {"a photo of the number: \"{}\"."};
constexpr std::string_view kSign[] = {"a zoomed in photo of a \"{}\" traffic sign.",
                                      "a centered photo of a \"{}\" traffic sign.",
                                      "a close up photo of a \"{}\" traffic sign."};
constexpr std::string_view kEmoji[] = {"an emoji of a {}.", "{}", "an icon of a {}"};
constexpr std::string_view kDrawing[] = {"a drawing of a {}.", "a picture of a {}", "{}"};
constexpr std::string_view kAction[] = {"a photo of {}.",
                                        "a photo of a person {}.",
                                        "a photo of a person using {}.",
                                        "a photo of a person doing {}.",
                                        "a photo of a person during {}.",
                                        "a photo of a person performing {}.",
                                        "a photo of a person practicing {}.",
                                        "a video of {}.",
                                        "a video of a person {}.",
                                        "a video of a person using {}.",
                                        "a video of a person doing {}.",
                                        "a video of a person during {}.",
                                        "a video of a person performing {}.",
                                        "a video of a person practicing {}.",
                                        "a example of {}.",
                                        "a example of a person {}.",
                                        "a example of a person using {}.",
                                        "a example of a person doing {}.",
                                        "a example of a person during {}.",
                                        "a example of a person performing {}.",
                                        "a example of a person practicing {}.",
                                        "a demonstration of {}.",
                                        "a demonstration of a person {}.",
                                        "a demonstration of a person using {}.",
                                        "a demonstration of a person doing {}.",
                                        "a demonstration of a person during {}.",
                                        "a demonstration of a person performing {}.",
                                        "a demonstration of a person practicing {}."};

constexpr std::array<PromptSet, 18> kBank = {{{"name", kName},
                                              {"photo", kPhoto},
                                              {"imagenet80", kImagenet80},
                                              {"best7", kBest7},
                                              {"pet", kPet},
                                              {"food", kFood},
                                              {"flower", kFlower},
                                              {"aircraft", kAircraft},
                                              {"bird", kBird},
                                              {"car", kCar},
                                              {"scene", kScene},
                                              {"texture", kTexture},
                                              {"satellite", kSatellite},
                                              {"digit", kDigit},
                                              {"sign", kSign},
                                              {"emoji", kEmoji},
                                              {"drawing", kDrawing},
                                              {"action", kAction}}};

}  // namespace

absl::Span<const PromptSet> PromptBank() { return kBank; }

absl::StatusOr<std::vector<std::string>> TemplatesOf(const std::string& name) {
  std::vector<std::string_view> names;
  for (const PromptSet& set : kBank) {
    if (set.name == name)
      return std::vector<std::string>(set.templates.begin(), set.templates.end());
    names.push_back(set.name);
  }
  return absl::InvalidArgumentError(
      fmt::format("prompts: there is no set \"{}\", there are {}", name, fmt::join(names, ", ")));
}

std::string FillTemplate(std::string_view prompt, std::string_view label) {
  return FillTemplate(prompt, absl::MakeConstSpan(&label, 1));
}

}  // namespace imago
