#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "embed/prompt_bank.h"
#include "web/json.h"
#include "web/json_fields.h"
#include "web/picture_json.h"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMaxPictures = 64;
constexpr int kMaxTop = 1000;

absl::StatusOr<PictureToClassify> ReadInput(const json& object, const std::string& where,
                                            const PictureDecode& decode) {
  const Fields fields(object, where);
  if (absl::Status s = fields.CheckNames({"image", "collection"}); !s.ok()) return s;
  const json* image = fields.Find("image");
  if (image == nullptr) return FieldError(where, "must have image");
  PictureToClassify picture;
  if (absl::Status s = fields.Read("collection", &picture.collection); !s.ok()) return s;
  absl::StatusOr<PictureJson> read = ReadPicture(*image, fields.Place("image"), decode);
  if (!read.ok()) return read.status();
  if (read->image && fields.Find("collection") != nullptr) {
    return FieldError(fields.Place("collection"), "goes with a stored picture only");
  }
  picture.image = std::move(read->image);
  picture.item_id = std::move(read->item_id);
  return picture;
}

absl::Status ReadPrompts(const Fields& fields, LabelPrompts* prompts) {
  if (absl::Status s = fields.Read("labels", &prompts->labels); !s.ok()) return s;
  if (absl::Status s = fields.Read("templates", &prompts->templates); !s.ok()) return s;
  if (fields.Find("templates") == nullptr) {
    std::string name = kDefaultPrompts;
    if (absl::Status s = fields.Read("prompts", &name); !s.ok()) return s;
    absl::StatusOr<std::vector<std::string>> templates = TemplatesOf(name);
    if (!templates.ok()) return templates.status();
    prompts->templates = *std::move(templates);
  } else if (fields.Find("prompts") != nullptr) {
    return FieldError("prompts", "goes without templates");
  }
  return CheckLabelPrompts(*prompts);
}

double Rounded(double value) { return std::round(value * 1e6) / 1e6; }

ordered_json LabelsJson(const std::vector<LabelScore>& labels) {
  ordered_json out = ordered_json::array();
  for (const LabelScore& one : labels) {
    out.push_back({{"label", one.label}, {"p", Rounded(one.p)}, {"score", Rounded(one.score)}});
  }
  return out;
}

}  // namespace

// What costs little is read first, pictures last.
absl::StatusOr<ClassifyRequest> ParseClassify(const std::string& body,
                                              const PictureDecode& decode) {
  absl::StatusOr<json> parsed = ParseJsonObject(body);
  if (!parsed.ok()) return parsed.status();
  const Fields fields(*parsed, "");
  if (absl::Status s = fields.CheckNames({"inputs", "labels", "templates", "prompts", "top"});
      !s.ok())
    return s;
  ClassifyRequest request;
  if (absl::Status s = fields.ReadInt("top", 1, kMaxTop, &request.top); !s.ok()) return s;
  if (absl::Status s = ReadPrompts(fields, &request.prompts); !s.ok()) return s;
  const json* inputs = fields.Find("inputs");
  if (inputs == nullptr || !inputs->is_array()) return FieldError("inputs", "must be a list");
  if (inputs->empty() || inputs->size() > kMaxPictures) {
    return FieldError(
        "inputs", fmt::format("must have 1 to {} elements, has {}", kMaxPictures, inputs->size()));
  }
  for (size_t i = 0; i < inputs->size(); ++i) {
    absl::StatusOr<PictureToClassify> input =
        ReadInput((*inputs)[i], fmt::format("inputs[{}]", i), decode);
    if (!input.ok()) return input.status();
    request.pictures.push_back(*std::move(input));
  }
  return request;
}

std::string ClassificationToJson(const Classification& answer,
                                 const std::vector<std::string>& paths) {
  ordered_json results = ordered_json::array();
  for (size_t i = 0; i < answer.results.size(); ++i) {
    ordered_json result = ordered_json::object();
    if (i < paths.size()) result["path"] = paths[i];
    result["labels"] = LabelsJson(answer.results[i]);
    results.push_back(std::move(result));
  }
  const ordered_json out = {{"model", answer.model},
                            {"templates", answer.templates},
                            {"logit_scale", Rounded(answer.logit_scale)},
                            {"results", std::move(results)}};
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string PromptBankToJson() {
  ordered_json sets = ordered_json::array();
  for (const PromptSet& set : PromptBank()) {
    ordered_json templates = ordered_json::array();
    for (const std::string_view prompt : set.templates) templates.push_back(prompt);
    sets.push_back({{"name", set.name}, {"templates", std::move(templates)}});
  }
  return ordered_json({{"prompts", std::move(sets)}, {"default", kDefaultPrompts}}).dump();
}

}  // namespace imago
