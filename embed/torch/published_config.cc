#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "embed/decode_image.h"
#include "embed/torch/published_folder.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Json = nlohmann::json;

// The object in a file; nothing where there is no file.
absl::StatusOr<std::optional<Json>> ReadJson(const std::string& folder, const char* name) {
  constexpr int64_t kMaxBytes = 1 << 20;
  const std::string path = (std::filesystem::path(folder) / name).string();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const auto bytes = ReadFile(path, kMaxBytes);
  if (!bytes.ok()) return bytes.status();
  Json json = Json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::DataLossError(fmt::format("{} holds no object", path));
  return json;
}

// An object's member where it is an object, else an empty one.
Json Part(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : Json::object();
}

absl::Status Unsupported(const std::string& key, const Json& value) {
  return absl::UnimplementedError(
      fmt::format("{} is {}, which Imago's CLIP does not have", key,
                  value.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

absl::Status ReadTriple(const Json& json, const char* key, std::array<float, 3>& out) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_array() || found->size() != 3) return Unsupported(key, *found);
  for (size_t i = 0; i < 3; ++i) {
    if (!(*found)[i].is_number()) return Unsupported(key, *found);
    out[i] = (*found)[i].get<float>();
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> ReadHeads(const Json& json, const char* key, int64_t fallback) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  if (!found->is_number_integer() || *found < 1 || *found > 1024) return Unsupported(key, *found);
  return found->get<int64_t>();
}

absl::Status ReadHuggingFaceTower(const Json& json, std::string& activation, int64_t& heads) {
  const Json name = json.value("hidden_act", Json("quick_gelu"));
  if (name != "quick_gelu" && name != "gelu") return Unsupported("hidden_act", name);
  const Json epsilon = json.value("layer_norm_eps", Json(1e-5));
  if (epsilon != 1e-5) return Unsupported("layer_norm_eps", epsilon);
  activation = name.get<std::string>();
  const auto read = ReadHeads(json, "num_attention_heads", heads);
  if (!read.ok()) return read.status();
  heads = *read;
  return absl::OkStatus();
}

absl::Status ReadHuggingFace(const Json& json, PublishedConfig& config) {
  // What a config leaves out is the value of ViT-B/32.
  config.heads = {12, 8};
  config.source = "config.json";
  auto status = ReadHuggingFaceTower(Part(json, "vision_config"), config.activation_image,
                                     config.heads.image);
  if (!status.ok()) return status;
  return ReadHuggingFaceTower(Part(json, "text_config"), config.activation_text, config.heads.text);
}

absl::Status ReadHuggingFacePixels(const Json& json, PreprocessOptions& options) {
  constexpr int kBicubic = 3;
  const Json resample = json.value("resample", Json(kBicubic));
  if (resample != kBicubic) return Unsupported("resample", resample);
  const Json crop = json.value("do_center_crop", Json(true));
  options.mode = crop == false ? ResizeMode::kSquash : ResizeMode::kShortSide;
  if (auto status = ReadTriple(json, "image_mean", options.mean); !status.ok()) return status;
  return ReadTriple(json, "image_std", options.std);
}

absl::Status ReadOpenClipPixels(const Json& json, PreprocessOptions& options) {
  const Json interpolation = json.value("interpolation", Json("bicubic"));
  if (interpolation != "bicubic") return Unsupported("interpolation", interpolation);
  const Json mode = json.value("resize_mode", Json("shortest"));
  if (mode != "shortest" && mode != "squash") return Unsupported("resize_mode", mode);
  options.mode = mode == "squash" ? ResizeMode::kSquash : ResizeMode::kShortSide;
  if (auto status = ReadTriple(json, "mean", options.mean); !status.ok()) return status;
  return ReadTriple(json, "std", options.std);
}

absl::Status ReadOpenClip(const Json& json, PublishedConfig& config) {
  const Json model = Part(json, "model_cfg");
  const Json quick = model.value("quick_gelu", Json(false));
  config.activation_image = config.activation_text = quick == true ? "quick_gelu" : "gelu";
  config.source = "open_clip_config.json";
  const auto text = ReadHeads(Part(model, "text_cfg"), "heads", 0);
  if (!text.ok()) return text.status();
  config.heads.text = *text;
  const Json vision = Part(model, "vision_cfg");
  const auto head_width = ReadHeads(vision, "head_width", 64);
  if (!head_width.ok()) return head_width.status();
  const Json width = vision.value("width", Json(0));
  if (width.is_number_integer()) config.heads.image = width.get<int64_t>() / *head_width;
  return ReadOpenClipPixels(Part(json, "preprocess_cfg"), config.preprocess);
}

}  // namespace

absl::StatusOr<PublishedConfig> ReadPublishedConfig(const std::string& folder, ClipLayout layout) {
  PublishedConfig config;
  if (layout == ClipLayout::kHuggingFace) {
    const auto model = ReadJson(folder, "config.json");
    if (!model.ok()) return model.status();
    if (*model) {
      if (auto status = ReadHuggingFace(**model, config); !status.ok()) return status;
    }
    const auto pixels = ReadJson(folder, "preprocessor_config.json");
    if (!pixels.ok()) return pixels.status();
    if (*pixels) {
      auto status = ReadHuggingFacePixels(**pixels, config.preprocess);
      if (!status.ok()) return status;
    }
    return config;
  }
  const auto model = ReadJson(folder, "open_clip_config.json");
  if (!model.ok()) return model.status();
  if (*model) {
    if (auto status = ReadOpenClip(**model, config); !status.ok()) return status;
  }
  return config;
}

}  // namespace imago
