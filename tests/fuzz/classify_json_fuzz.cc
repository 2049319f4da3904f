// Bodies of classification requests from anyone. What is accepted keeps the limits.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "embed/prompt_bank.h"
#include "web/json.h"

namespace {

absl::StatusOr<imago::Image> NoPicture(const std::string& bytes) {
  if (bytes.size() % 2 == 1) return absl::DataLossError("is torn");
  return imago::Image{1, 1, {0, 0, 0}};
}

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto request = imago::ParseClassify(body, NoPicture);
  if (!request.ok()) {
    const std::string field = imago::ErrorField(request.status());
    Check(!imago::ProblemJson(request.status(), field, body, "r").empty());
    return 0;
  }
  Check(!request->pictures.empty() && request->pictures.size() <= 64);
  Check(request->top >= 1 && request->top <= 1000);
  for (const imago::PictureToClassify& picture : request->pictures) {
    Check(picture.image.has_value() == picture.item_id.empty());
  }
  Check(imago::CheckLabelPrompts(request->prompts).ok());
  for (const std::string& prompt : request->prompts.templates) {
    const std::string& label = request->prompts.labels.front();
    Check(imago::FillTemplate(prompt, label).size() == prompt.size() + label.size() - 2);
  }
  return 0;
}
