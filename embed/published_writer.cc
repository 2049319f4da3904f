#include "embed/published_writer.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "embed/decode_image.h"
#include "embed/gunzip.h"
#include "fmt/format.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxTokenizerBytes = 64 << 20;

// The shortest decimals that read back as the same floats.
Json Floats(const std::array<float, 3>& values) {
  Json json = Json::array();
  for (const float value : values) json.push_back(std::stod(fmt::format("{}", value)));
  return json;
}

std::string Activation(const TowerConfig& tower) {
  const auto found = tower.words.find("activation");
  return found == tower.words.end() ? "" : found->second;
}

int64_t MlpWidth(const TowerConfig& tower) {
  const auto found = tower.numbers.find("mlp_width");
  return found == tower.numbers.end() ? 4 * tower.numbers.at("width") : found->second;
}

double MlpRatio(const TowerConfig& tower) {
  return static_cast<double>(MlpWidth(tower)) / static_cast<double>(tower.numbers.at("width"));
}

Json HuggingFaceTower(const TowerConfig& tower, bool siglip) {
  const std::string activation = Activation(tower);
  return {{"hidden_size", tower.numbers.at("width")},
          {"intermediate_size", MlpWidth(tower)},
          {"num_hidden_layers", tower.numbers.at("layers")},
          {"num_attention_heads", tower.numbers.at("heads")},
          {"hidden_act", activation == "gelu_tanh" ? "gelu_pytorch_tanh" : activation},
          {"layer_norm_eps", siglip ? 1e-6 : 1e-5}};
}

Json HuggingFaceConfig(const BundleConfig& config, bool siglip, int64_t vocab_size) {
  Json vision = HuggingFaceTower(config.image_tower, siglip);
  vision["image_size"] = config.image_tower.numbers.at("size");
  vision["patch_size"] = config.image_tower.numbers.at("patch");
  Json text = HuggingFaceTower(config.text_tower, siglip);
  text["max_position_embeddings"] = config.text_tower.numbers.at("context");
  text["vocab_size"] = vocab_size;
  Json root = {{"architectures", {siglip ? "SiglipModel" : "CLIPModel"}},
               {"model_type", siglip ? "siglip" : "clip"}};
  if (!siglip) {
    text["bos_token_id"] = vocab_size - 2;
    text["eos_token_id"] = vocab_size - 1;
    vision["projection_dim"] = text["projection_dim"] = root["projection_dim"] = config.dim;
  }
  root["text_config"] = std::move(text);
  root["vision_config"] = std::move(vision);
  return root;
}

Json HuggingFacePixels(const PreprocessOptions& options, bool siglip) {
  const bool crop = options.mode == ResizeMode::kShortSide;
  const Json square = {{"height", options.size}, {"width", options.size}};
  Json json = {{"image_processor_type", siglip ? "SiglipImageProcessor" : "CLIPImageProcessor"},
               {"do_resize", true},
               {"size", crop ? Json{{"shortest_edge", options.size}} : square},
               {"resample", 3},
               {"do_center_crop", crop}};
  if (crop) json["crop_size"] = square;
  json["do_rescale"] = true;
  json["do_normalize"] = true;
  json["image_mean"] = Floats(options.mean);
  json["image_std"] = Floats(options.std);
  return json;
}

Json OpenClipVision(const TowerConfig& tower) {
  const auto& numbers = tower.numbers;
  if (tower.kind == "modified-resnet") {
    return {{"image_size", numbers.at("size")},
            {"layers",
             {numbers.at("blocks1"), numbers.at("blocks2"), numbers.at("blocks3"),
              numbers.at("blocks4")}},
            {"width", numbers.at("width")},
            {"patch_size", nullptr}};
  }
  const int64_t width = numbers.at("width");
  return {{"image_size", numbers.at("size")},
          {"layers", numbers.at("layers")},
          {"width", width},
          {"head_width", width / numbers.at("heads")},
          {"mlp_ratio", MlpRatio(tower)},
          {"patch_size", numbers.at("patch")}};
}

absl::StatusOr<Json> OpenClipConfig(const BundleConfig& config, int64_t vocab_size) {
  const std::string text = Activation(config.text_tower);
  const std::string image =
      config.image_tower.kind == "modified-resnet" ? text : Activation(config.image_tower);
  if (image != text || (text != "gelu" && text != "quick_gelu")) {
    return absl::UnimplementedError(fmt::format(
        "open_clip's configuration cannot say that the activations are {} and {}", image, text));
  }
  const auto& numbers = config.text_tower.numbers;
  return Json{
      {"model_cfg",
       {{"embed_dim", config.dim},
        {"quick_gelu", text == "quick_gelu"},
        {"vision_cfg", OpenClipVision(config.image_tower)},
        {"text_cfg",
         {{"context_length", numbers.at("context")},
          {"vocab_size", vocab_size},
          {"width", numbers.at("width")},
          {"heads", numbers.at("heads")},
          {"layers", numbers.at("layers")},
          {"mlp_ratio", MlpRatio(config.text_tower)}}}}},
      {"preprocess_cfg",
       {{"mean", Floats(config.preprocess.mean)},
        {"std", Floats(config.preprocess.std)},
        {"interpolation", "bicubic"},
        {"resize_mode", config.preprocess.mode == ResizeMode::kSquash ? "squash" : "shortest"}}}};
}

absl::Status WriteJson(const std::string& folder, const char* name, const Json& json) {
  return WriteFileDurably((std::filesystem::path(folder) / name).string(), json.dump(2) + "\n");
}

absl::Status WriteTokenizer(const Bundle& bundle, bool siglip, const std::string& folder) {
  const std::filesystem::path from = bundle.dir;
  const auto bytes = ReadFile((from / bundle.config.tokenizer_file).string(), kMaxTokenizerBytes);
  if (!bytes.ok()) return bytes.status();
  const char* merges = IsGzip(*bytes) ? "bpe_simple_vocab_16e6.txt.gz" : "merges.txt";
  const std::filesystem::path to = folder;
  return WriteFileDurably((to / (siglip ? "spiece.model" : merges)).string(), *bytes);
}

}  // namespace

absl::Status WritePublishedConfig(const Bundle& bundle, ClipLayout layout, int64_t vocab_size,
                                  const std::string& folder) {
  const bool siglip = layout == ClipLayout::kSiglip;
  absl::Status status;
  if (siglip || layout == ClipLayout::kHuggingFace) {
    status = WriteJson(folder, "config.json", HuggingFaceConfig(bundle.config, siglip, vocab_size));
    if (!status.ok()) return status;
    status = WriteJson(folder, "preprocessor_config.json",
                       HuggingFacePixels(bundle.config.preprocess, siglip));
  } else {
    const auto config = OpenClipConfig(bundle.config, vocab_size);
    if (!config.ok()) return config.status();
    status = WriteJson(folder, "open_clip_config.json", *config);
  }
  if (!status.ok()) return status;
  return WriteTokenizer(bundle, siglip, folder);
}

}  // namespace imago
