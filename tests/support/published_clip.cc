#include "tests/support/published_clip.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "kernels/kernels.h"
#include "tests/support/data.h"

namespace imago {
namespace {

constexpr int64_t kVocab = 49408;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

uint64_t Fnv1a(std::string_view text) {
  uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return value;
}

uint64_t SplitMix64(uint64_t seed, uint64_t index) {
  uint64_t z = seed + 0x9E3779B97F4A7C15 * (index + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// Values are offset + scale * u, u uniform in [-1, 1).
std::pair<double, double> OffsetAndScale(const std::string& name,
                                         const std::vector<int64_t>& shape) {
  if (name == "logit_scale") return {4.5, 0.0};
  if (name == "logit_bias") return {-10.0, 0.0};
  if (EndsWith(name, "running_var")) return {1.0, 0.5};
  if (EndsWith(name, "running_mean")) return {0.0, 0.1};
  const bool in_layer = name.find("layer") != std::string::npos;
  if (in_layer && EndsWith(name, "bn3.weight")) return {0.25, 0.1};
  if (shape.size() == 1 && EndsWith(name, "weight")) return {1.0, 0.1};
  if (shape.size() == 1 && EndsWith(name, "bias")) return {0.0, 0.05};
  const bool rectified = shape.size() == 4 && name.find("downsample") == std::string::npos;
  if (rectified) return {0.0, std::sqrt(6.0 / (shape[1] * shape[2] * shape[3]))};
  if (name.find("embedding") != std::string::npos) return {0.0, 0.5};
  const bool projection = name == "visual.proj" || name == "text_projection";
  if (projection) return {0.0, std::sqrt(3.0 / shape[0])};
  return {0.0, std::sqrt(3.0 / shape[1])};
}

TensorToWrite MakeTensor(const std::string& name, std::vector<int64_t> shape) {
  size_t count = 1;
  for (const int64_t size : shape) count *= size;
  const auto [offset, scale] = OffsetAndScale(name, shape);
  const auto from = static_cast<float>(offset);
  const auto by = static_cast<float>(scale);
  const uint64_t seed = Fnv1a(name);
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const float u = static_cast<float>(SplitMix64(seed, i) >> 40) * 0x1p-23f - 1.0f;
    values[i] = from + by * u;
  }
  std::string bytes(count * sizeof(Half), '\0');
  ActiveKernels().to_f16(values.data(), reinterpret_cast<Half*>(bytes.data()), count);
  return {name, TensorType::kF16, std::move(shape), std::move(bytes)};
}

// Makes the tensors of a model one after the other.
class Maker {
 public:
  void Add(const std::string& name, std::vector<int64_t> shape) {
    tensors.push_back(MakeTensor(name, std::move(shape)));
  }
  void AddAffine(const std::string& name, std::vector<int64_t> shape) {
    const int64_t out = shape[0];
    Add(name + ".weight", std::move(shape));
    Add(name + ".bias", {out});
  }
  void AddBatchNorm(const std::string& name, int64_t channels) {
    AddAffine(name, {channels});
    Add(name + ".running_mean", {channels});
    Add(name + ".running_var", {channels});
    tensors.push_back(
        {name + ".num_batches_tracked", TensorType::kI64, {}, std::string(sizeof(int64_t), '\0')});
  }
  void AddBlocks(const std::string& prefix, int64_t width, int64_t layers) {
    for (int64_t i = 0; i < layers; ++i) {
      const std::string block = fmt::format("{}resblocks.{}.", prefix, i);
      AddAffine(block + "ln_1", {width});
      Add(block + "attn.in_proj_weight", {3 * width, width});
      Add(block + "attn.in_proj_bias", {3 * width});
      AddAffine(block + "attn.out_proj", {width, width});
      AddAffine(block + "ln_2", {width});
      AddAffine(block + "mlp.c_fc", {4 * width, width});
      AddAffine(block + "mlp.c_proj", {width, 4 * width});
    }
  }
  void AddConvNorm(const std::string& prefix, int number, std::vector<int64_t> shape) {
    const int64_t channels = shape[0];
    Add(fmt::format("{}conv{}.weight", prefix, number), std::move(shape));
    AddBatchNorm(fmt::format("{}bn{}", prefix, number), channels);
  }

  std::vector<TensorToWrite> tensors;
};

void AddVit(const ClipGolden& shape, Maker& maker) {
  const int64_t grid = shape.size / shape.patch;
  maker.Add("visual.class_embedding", {shape.width});
  maker.Add("visual.positional_embedding", {grid * grid + 1, shape.width});
  maker.Add("visual.proj", {shape.width, shape.dim});
  maker.Add("visual.conv1.weight", {shape.width, 3, shape.patch, shape.patch});
  maker.AddAffine("visual.ln_pre", {shape.width});
  maker.AddBlocks("visual.transformer.", shape.width, shape.layers);
  maker.AddAffine("visual.ln_post", {shape.width});
}

void AddResnet(const ClipGolden& shape, Maker& maker) {
  const int64_t w = shape.width;
  maker.AddConvNorm("visual.", 1, {w / 2, 3, 3, 3});
  maker.AddConvNorm("visual.", 2, {w / 2, w / 2, 3, 3});
  maker.AddConvNorm("visual.", 3, {w, w / 2, 3, 3});
  int64_t in = w;
  for (int stage = 0; stage < 4; ++stage) {
    const int64_t planes = w << stage;
    for (int64_t i = 0; i < shape.blocks[stage]; ++i) {
      const std::string block = fmt::format("visual.layer{}.{}.", stage + 1, i);
      maker.AddConvNorm(block, 1, {planes, in, 1, 1});
      maker.AddConvNorm(block, 2, {planes, planes, 3, 3});
      maker.AddConvNorm(block, 3, {4 * planes, planes, 1, 1});
      if (i == 0) maker.Add(block + "downsample.0.weight", {4 * planes, in, 1, 1});
      if (i == 0) maker.AddBatchNorm(block + "downsample.1", 4 * planes);
      in = 4 * planes;
    }
  }
  const int64_t grid = shape.size / 32;
  maker.Add("visual.attnpool.positional_embedding", {grid * grid + 1, in});
  for (const char* name : {"q", "k", "v"}) {
    maker.AddAffine(fmt::format("visual.attnpool.{}_proj", name), {in, in});
  }
  maker.AddAffine("visual.attnpool.c_proj", {shape.dim, in});
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// OpenAI's name to Hugging Face's, without the third of in_proj.
std::string HuggingFaceName(std::string name) {
  if (name == "visual.proj") return "visual_projection.weight";
  if (name == "text_projection") return "text_projection.weight";
  if (name == "logit_scale") return name;
  name = name.rfind("visual.", 0) == 0 ? "vision_model." + name.substr(7) : "text_model." + name;
  constexpr std::pair<const char*, const char*> kPairs[] = {
      {"model.class_embedding", "model.embeddings.class_embedding"},
      {"model.conv1.weight", "model.embeddings.patch_embedding.weight"},
      {"model.positional_embedding", "model.embeddings.position_embedding.weight"},
      {"model.token_embedding", "model.embeddings.token_embedding"},
      {"model.ln_pre", "model.pre_layrnorm"},
      {"model.ln_post", "model.post_layernorm"},
      {"model.ln_final", "model.final_layer_norm"},
      {"transformer.resblocks", "encoder.layers"},
      {"ln_1", "layer_norm1"},
      {"ln_2", "layer_norm2"},
      {".attn.", ".self_attn."},
      {"mlp.c_fc", "mlp.fc1"},
      {"mlp.c_proj", "mlp.fc2"}};
  for (const auto& [from, to] : kPairs) name = Replace(name, from, to);
  return name;
}

TensorToWrite Transpose(TensorToWrite tensor) {
  const int64_t rows = tensor.shape[0];
  const int64_t columns = tensor.shape[1];
  const std::string source = tensor.bytes;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      for (int64_t b = 0; b < 2; ++b) {
        tensor.bytes[(c * rows + r) * 2 + b] = source[(r * columns + c) * 2 + b];
      }
    }
  }
  std::swap(tensor.shape[0], tensor.shape[1]);
  return tensor;
}

void AppendUtf8(std::string& text, int code) {  // 0x80 to 0x7ff
  text.push_back(static_cast<char>(0xC0 | code >> 6));
  text.push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

std::vector<float> Floats(const nlohmann::json& json) { return json.get<std::vector<float>>(); }

}  // namespace

ClipGolden ReadClipGolden(const std::string& name) {
  const auto root =
      nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/clip_goldens.json")));
  for (const auto& json : root["cases"]) {
    if (json["name"] != name) continue;
    const auto& image = json["image"];
    const auto& text = json["text"];
    ClipGolden golden;
    golden.name = name;
    golden.activation = json["activation"];
    golden.dim = json["dim"];
    golden.size = image["size"];
    golden.patch = image.value("patch", 0);
    golden.width = image["width"];
    golden.layers = image.value("layers", 0);
    golden.blocks = image.value("blocks", golden.blocks);
    golden.text_width = text["width"];
    golden.text_heads = text["heads"];
    golden.text_layers = text["layers"];
    golden.context = text["context"];
    golden.texts = json["texts"].get<std::vector<std::string>>();
    golden.ids = json["ids"].get<std::vector<std::vector<int64_t>>>();
    golden.image_row = Floats(json["image_row"]);
    golden.image_row_length = json["image_row_length"];
    for (const auto& row : json["text_rows"]) golden.text_rows.push_back(Floats(row));
    golden.before_blocks = Floats(json["before_blocks"]);
    golden.last_text_tokens = Floats(json["last_text_tokens"]);
    return golden;
  }
  throw std::runtime_error("no golden case " + name);
}

SiglipGolden ReadSiglipGolden(const std::string& name) {
  const auto root =
      nlohmann::json::parse(ReadTestFile(SourcePath("tests/golden/siglip_goldens.json")));
  for (const auto& json : root["cases"]) {
    if (json["name"] != name) continue;
    SiglipGolden golden;
    golden.size = json["size"];
    golden.patch = json["patch"];
    golden.width = json["width"];
    golden.heads = json["heads"];
    golden.context = json["context"];
    golden.tensors = json["tensors"].get<std::map<std::string, std::vector<int64_t>>>();
    golden.texts = json["texts"].get<std::vector<std::string>>();
    golden.ids = json["ids"].get<std::vector<std::vector<int32_t>>>();
    golden.logit_scale = json["logit_scale"];
    golden.image_row = Floats(json["image_row"]);
    golden.image_row_length = json["image_row_length"];
    for (const auto& row : json["text_rows"]) golden.text_rows.push_back(Floats(row));
    golden.before_blocks = Floats(json["before_blocks"]);
    golden.last_tokens = Floats(json["last_tokens"]);
    golden.last_text_tokens = Floats(json["last_text_tokens"]);
    return golden;
  }
  throw std::runtime_error("no golden case " + name);
}

std::vector<TensorToWrite> SiglipTensors(const SiglipGolden& golden) {
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, shape] : golden.tensors) tensors.push_back(MakeTensor(name, shape));
  return tensors;
}

std::string SiglipConfig(const SiglipGolden& golden) {
  const nlohmann::json vision = {{"num_attention_heads", golden.heads},
                                 {"image_size", golden.size}};
  const nlohmann::json text = {{"num_attention_heads", golden.heads}};
  return nlohmann::json{{"model_type", "siglip"}, {"vision_config", vision}, {"text_config", text}}
      .dump();
}

std::string WriteSiglip(const SiglipGolden& golden) {
  const std::string folder = MakeTempDir();
  const auto status =
      WriteSafetensors(folder + "/model.safetensors", SiglipTensors(golden), {{"format", "pt"}});
  if (!status.ok()) throw std::runtime_error(status.ToString());
  WriteTestFile(folder + "/spiece.model", ReadTestFile(SourcePath("tests/golden/siglip.model")));
  WriteTestFile(folder + "/config.json", SiglipConfig(golden));
  return folder;
}

Image MadeUpPicture(int size) {
  constexpr int kBlock = 8;
  constexpr int kBlocks = 64;
  Image image{size, size, {}};
  const uint64_t seed = Fnv1a("picture");
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int c = 0; c < 3; ++c) {
        const uint64_t index = (y / kBlock * kBlocks + x / kBlock) * 3 + c;
        image.rgb.push_back(static_cast<uint8_t>(SplitMix64(seed, index) >> 56));
      }
    }
  }
  return image;
}

std::vector<TensorToWrite> OpenAiClip(const ClipGolden& shape) {
  Maker maker;
  maker.Add("positional_embedding", {shape.context, shape.text_width});
  maker.Add("text_projection", {shape.text_width, shape.dim});
  maker.Add("logit_scale", {});
  if (shape.patch == 0) AddResnet(shape, maker);
  if (shape.patch != 0) AddVit(shape, maker);
  maker.AddBlocks("transformer.", shape.text_width, shape.text_layers);
  maker.Add("token_embedding.weight", {kVocab, shape.text_width});
  maker.AddAffine("ln_final", {shape.text_width});
  return std::move(maker.tensors);
}

std::vector<TensorToWrite> HuggingFaceClip(const std::vector<TensorToWrite>& open_ai) {
  std::vector<TensorToWrite> tensors;
  for (const TensorToWrite& tensor : open_ai) {
    const std::string name = HuggingFaceName(tensor.name);
    const size_t joined = name.find("in_proj_");
    if (joined != std::string::npos) {
      const size_t third = tensor.bytes.size() / 3;
      std::vector<int64_t> shape = tensor.shape;
      shape[0] /= 3;
      for (int i = 0; i < 3; ++i) {
        tensors.push_back({name.substr(0, joined) + "qkv"[i] + "_proj." + name.substr(joined + 8),
                           tensor.type, shape, tensor.bytes.substr(i * third, third)});
      }
    } else if (EndsWith(name, "_projection.weight")) {
      tensors.push_back(Transpose({name, tensor.type, tensor.shape, tensor.bytes}));
    } else {
      tensors.push_back({name, tensor.type, tensor.shape, tensor.bytes});
    }
  }
  return tensors;
}

std::vector<TensorToWrite> OpenClipWithTextTower(std::vector<TensorToWrite> open_ai) {
  for (TensorToWrite& tensor : open_ai) {
    const bool shared = tensor.name == "logit_scale" || tensor.name.rfind("visual.", 0) == 0;
    if (!shared) tensor.name = "text." + tensor.name;
  }
  return open_ai;
}

std::string SpellingMerges() {
  constexpr int kMerges = 48894;
  std::vector<int> symbols;  // of bytes that are not printable ASCII
  for (int code = 161; code < 256 + 68; ++code) {
    if (code != 173) symbols.push_back(code);
  }
  std::string file = "#version: 0.2\n";
  int count = 0;
  for (const char* end : {"\n", "</w>\n"}) {
    for (const int left : symbols) {
      for (const int right : symbols) {
        if (++count > kMerges) return file;
        AppendUtf8(file, left);
        file.push_back(' ');
        AppendUtf8(file, right);
        file += end;
      }
    }
  }
  throw std::logic_error("too few merges");
}

std::string WritePublished(const std::vector<TensorToWrite>& tensors) {
  const std::string folder = MakeTempDir();
  const auto status = WriteSafetensors(folder + "/model.safetensors", tensors, {});
  if (!status.ok()) throw std::runtime_error(status.ToString());
  WriteTestFile(folder + "/merges.txt", SpellingMerges());
  return folder;
}

}  // namespace imago
