#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "embed/decode_image.h"
#include "embed/published_folder.h"
#include "embed/strict_json.h"
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
  if (auto strict = CheckStrictJson(*bytes); !strict.ok()) {
    return absl::DataLossError(fmt::format("{}: {}", path, std::string(strict.message())));
  }
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

absl::StatusOr<int64_t> ReadNumber(const Json& json, const char* key, int64_t fallback,
                                   int64_t max) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  if (!found->is_number_integer() || *found < 1 || *found > max) return Unsupported(key, *found);
  return found->get<int64_t>();
}

// What the towers of a family have where a config leaves it out.
struct Family {
  const char* activation;
  double epsilon;
  ClipHeads heads;
};
constexpr Family kClip = {"quick_gelu", 1e-5, {12, 8, 0}};
constexpr Family kSiglip = {"gelu_pytorch_tanh", 1e-6, {12, 12, 224}};

absl::StatusOr<std::string> ReadActivation(const Json& json, const char* fallback) {
  const Json name = json.value("hidden_act", Json(fallback));
  if (name == "quick_gelu" || name == "gelu") return name.get<std::string>();
  if (name == "gelu_pytorch_tanh") return std::string("gelu_tanh");
  return Unsupported("hidden_act", name);
}

absl::Status ReadHuggingFaceTower(const Json& json, const Family& family, std::string& activation,
                                  int64_t& heads) {
  const auto read = ReadActivation(json, family.activation);
  if (!read.ok()) return read.status();
  activation = *read;
  const Json epsilon = json.value("layer_norm_eps", Json(family.epsilon));
  if (epsilon != family.epsilon) return Unsupported("layer_norm_eps", epsilon);
  const auto given = ReadNumber(json, "num_attention_heads", heads, 1024);
  if (!given.ok()) return given.status();
  heads = *given;
  return absl::OkStatus();
}

absl::Status ReadHuggingFace(const Json& json, const Family& family, PublishedConfig& config) {
  config.heads = family.heads;
  config.source = "config.json";
  const Json vision = Part(json, "vision_config");
  auto status = ReadHuggingFaceTower(vision, family, config.activation_image, config.heads.image);
  if (!status.ok()) return status;
  if (family.heads.image_size != 0) {
    const auto size = ReadNumber(vision, "image_size", config.heads.image_size, 4096);
    if (!size.ok()) return size.status();
    config.heads.image_size = *size;
  }
  return ReadHuggingFaceTower(Part(json, "text_config"), family, config.activation_text,
                              config.heads.text);
}

absl::Status ReadHuggingFacePixels(const Json& json, PreprocessOptions& options) {
  constexpr int kBicubic = 3;
  const Json resample = json.value("resample", Json(kBicubic));
  if (resample != kBicubic) return Unsupported("resample", resample);
  const Json crop = json.value("do_center_crop", Json(options.mode == ResizeMode::kShortSide));
  if (!crop.is_boolean()) return Unsupported("do_center_crop", crop);
  options.mode = crop == true ? ResizeMode::kShortSide : ResizeMode::kSquash;
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
  const auto text = ReadNumber(Part(model, "text_cfg"), "heads", 0, 1024);
  if (!text.ok()) return text.status();
  config.heads.text = *text;
  const Json vision = Part(model, "vision_cfg");
  const auto head_width = ReadNumber(vision, "head_width", 64, 1024);
  if (!head_width.ok()) return head_width.status();
  const Json width = vision.value("width", Json(0));
  if (width.is_number_integer()) config.heads.image = width.get<int64_t>() / *head_width;
  return ReadOpenClipPixels(Part(json, "preprocess_cfg"), config.preprocess);
}

absl::StatusOr<PublishedConfig> ReadHuggingFaceFolder(const std::string& folder,
                                                      const Family& family,
                                                      PublishedConfig config) {
  const auto model = ReadJson(folder, "config.json");
  if (!model.ok()) return model.status();
  if (*model) {
    if (auto status = ReadHuggingFace(**model, family, config); !status.ok()) return status;
  }
  const auto pixels = ReadJson(folder, "preprocessor_config.json");
  if (!pixels.ok()) return pixels.status();
  if (*pixels) {
    auto status = ReadHuggingFacePixels(**pixels, config.preprocess);
    if (!status.ok()) return status;
  }
  return config;
}

}  // namespace

absl::StatusOr<PublishedConfig> ReadPublishedConfig(const std::string& folder, ClipLayout layout) {
  PublishedConfig config;
  if (layout == ClipLayout::kHuggingFace) return ReadHuggingFaceFolder(folder, kClip, config);
  if (layout == ClipLayout::kSiglip) {
    config.preprocess.mode = ResizeMode::kSquash;
    config.preprocess.mean = config.preprocess.std = {0.5f, 0.5f, 0.5f};
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::path(folder) / "config.json", ignored)) {
      return absl::NotFoundError(
          "there is no config.json, which alone tells how many heads SigLIP has");
    }
    return ReadHuggingFaceFolder(folder, kSiglip, config);
  }
  const auto model = ReadJson(folder, "open_clip_config.json");
  if (!model.ok()) return model.status();
  if (*model) {
    if (auto status = ReadOpenClip(**model, config); !status.ok()) return status;
  }
  return config;
}

}  // namespace imago
