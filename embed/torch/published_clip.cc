#include "embed/torch/published_clip.h"

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

using Renaming = std::pair<std::string_view, std::string_view>;

// Beginnings of names. Within a transformer's layer kHuggingFaceLayer applies as well.
constexpr std::array<Renaming, 12> kHuggingFace = {{
    {"vision_model.embeddings.class_embedding", "image.class_embedding"},
    {"vision_model.embeddings.patch_embedding.weight", "image.conv1.weight"},
    {"vision_model.embeddings.position_embedding.weight", "image.positional_embedding"},
    {"vision_model.pre_layrnorm.", "image.ln_pre."},
    {"vision_model.encoder.layers.", "image.transformer.resblocks."},
    {"vision_model.post_layernorm.", "image.ln_post."},
    {"text_model.embeddings.token_embedding.weight", "text.token_embedding.weight"},
    {"text_model.embeddings.position_embedding.weight", "text.positional_embedding"},
    {"text_model.encoder.layers.", "text.transformer.resblocks."},
    {"text_model.final_layer_norm.", "text.ln_final."},
    {"visual_projection.weight", "image.proj"},
    {"text_projection.weight", "text.text_projection"},
}};

constexpr std::array<Renaming, 11> kHuggingFaceLayer = {{
    {"layer_norm1.", "ln_1."},
    {"self_attn.q_proj.weight", "attn.in_proj_weight"},
    {"self_attn.k_proj.weight", "attn.in_proj_weight"},
    {"self_attn.v_proj.weight", "attn.in_proj_weight"},
    {"self_attn.q_proj.bias", "attn.in_proj_bias"},
    {"self_attn.k_proj.bias", "attn.in_proj_bias"},
    {"self_attn.v_proj.bias", "attn.in_proj_bias"},
    {"self_attn.out_proj.", "attn.out_proj."},
    {"layer_norm2.", "ln_2."},
    {"mlp.fc1.", "mlp.c_fc."},
    {"mlp.fc2.", "mlp.c_proj."},
}};

constexpr std::array<Renaming, 6> kOpenAi = {{
    {"visual.", "image."},
    {"token_embedding.weight", "text.token_embedding.weight"},
    {"positional_embedding", "text.positional_embedding"},
    {"transformer.resblocks.", "text.transformer.resblocks."},
    {"ln_final.", "text.ln_final."},
    {"text_projection", "text.text_projection"},
}};

constexpr std::array<Renaming, 2> kOpenClip = {{{"visual.", "image."}, {"text.", "text."}}};

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

template <size_t n>
std::optional<std::string> ReplaceStart(const std::array<Renaming, n>& renamings,
                                        std::string_view name) {
  for (const auto& [from, to] : renamings) {
    if (name.substr(0, from.size()) == from) {
      return std::string(to) + std::string(name.substr(from.size()));
    }
  }
  return std::nullopt;
}

std::optional<std::string> RenameHuggingFace(std::string_view name) {
  std::optional<std::string> renamed = ReplaceStart(kHuggingFace, name);
  constexpr std::string_view kBlocks = ".resblocks.";
  const size_t blocks = renamed ? renamed->find(kBlocks) : std::string::npos;
  if (blocks == std::string::npos) return renamed;
  const size_t dot = renamed->find('.', blocks + kBlocks.size());
  if (dot == std::string::npos) return std::nullopt;
  const auto rest = ReplaceStart(kHuggingFaceLayer, std::string_view(*renamed).substr(dot + 1));
  if (!rest) return std::nullopt;
  return renamed->substr(0, dot + 1) + *rest;
}

std::optional<std::string> Rename(std::string_view name, ClipLayout layout) {
  if (name == "logit_scale") return std::string(name);
  switch (layout) {
    case ClipLayout::kHuggingFace:
      return RenameHuggingFace(name);
    case ClipLayout::kOpenAi:
      return ReplaceStart(kOpenAi, name);
    case ClipLayout::kOpenClip:
      return ReplaceStart(kOpenClip, name);
  }
  return std::nullopt;
}

// Counters and constants that published files carry beside the weights.
bool IsNoWeight(std::string_view name) {
  return EndsWith(name, "position_ids") || EndsWith(name, ".num_batches_tracked") ||
         EndsWith(name, "attn_mask") || name == "input_resolution" || name == "context_length" ||
         name == "vocab_size";
}

absl::Status Surplus(const std::string& name) {
  return absl::InvalidArgumentError(fmt::format("tensor {} has no place in CLIP", name));
}

// The names come in alphabetical order: k, q, v. The bundle's order is q, k, v.
void OrderParts(RenamedTensor& tensor) {
  if (tensor.parts.size() == 3) std::swap(tensor.parts[0], tensor.parts[1]);
}

absl::Status AddPart(const std::string& name, const TensorInfo& info, RenamedTensor& tensor) {
  if (tensor.parts.empty()) {
    tensor.type = info.type;
    tensor.shape = info.shape;
  } else if (info.shape.empty() || info.type != tensor.type) {
    return absl::InvalidArgumentError(
        fmt::format("tensor {} does not fit {}", name, tensor.parts.front()));
  } else {
    std::vector<int64_t> shape = info.shape;
    shape[0] *= static_cast<int64_t>(tensor.parts.size());
    if (shape != tensor.shape) {
      return absl::InvalidArgumentError(
          fmt::format("tensor {} does not fit {}", name, tensor.parts.front()));
    }
    tensor.shape[0] += info.shape[0];
  }
  tensor.parts.push_back(name);
  return absl::OkStatus();
}

}  // namespace

std::string ClipLayoutName(ClipLayout layout) {
  switch (layout) {
    case ClipLayout::kHuggingFace:
      return "Hugging Face";
    case ClipLayout::kOpenAi:
      return "OpenAI";
    case ClipLayout::kOpenClip:
      return "open_clip";
  }
  return "";
}

absl::StatusOr<ClipLayout> DetectClipLayout(const SafetensorsFile& file) {
  for (const auto& [name, info] : file.tensors()) {
    for (const char* relative : {"visual.trunk.", "vision_model.head.", "text_model.head."}) {
      if (name.rfind(relative, 0) == 0) {
        return absl::UnimplementedError(
            fmt::format("tensor {} belongs to a relative of CLIP that Imago does not read", name));
      }
    }
  }
  if (file.Has("vision_model.embeddings.class_embedding")) return ClipLayout::kHuggingFace;
  if (file.Has("visual.conv1.weight")) {
    return file.Has("text.token_embedding.weight") ? ClipLayout::kOpenClip : ClipLayout::kOpenAi;
  }
  return absl::InvalidArgumentError(
      "no CLIP weights: neither vision_model.embeddings.class_embedding (Hugging Face) nor "
      "visual.conv1.weight (OpenAI, open_clip) is there");
}

absl::StatusOr<RenamedTensors> RenameTensors(const SafetensorsFile& file, ClipLayout layout) {
  RenamedTensors tensors;
  for (const auto& [name, info] : file.tensors()) {
    if (IsNoWeight(name)) continue;
    const std::optional<std::string> renamed = Rename(name, layout);
    if (!renamed) return Surplus(name);
    RenamedTensor& tensor = tensors[*renamed];
    const bool joined =
        layout == ClipLayout::kHuggingFace && renamed->find(".attn.in_proj_") != std::string::npos;
    if (!tensor.parts.empty() && !joined) return Surplus(name);
    if (auto status = AddPart(name, info, tensor); !status.ok()) return status;
    if (joined) OrderParts(tensor);
    tensor.transpose = layout == ClipLayout::kHuggingFace &&
                       (*renamed == "image.proj" || *renamed == "text.text_projection") &&
                       info.shape.size() == 2;
    if (tensor.transpose) std::swap(tensor.shape[0], tensor.shape[1]);
  }
  return tensors;
}

std::string JoinBytes(const SafetensorsFile& file, const RenamedTensor& tensor) {
  std::string bytes;
  for (const std::string& part : tensor.parts) {
    const TensorInfo& info = file.tensors().at(part);
    bytes.append(reinterpret_cast<const char*>(file.data(info)), info.end - info.begin);
  }
  if (!tensor.transpose) return bytes;
  const size_t size = TensorTypeSize(tensor.type);
  const auto rows = static_cast<size_t>(tensor.shape[0]);
  const auto columns = static_cast<size_t>(tensor.shape[1]);
  std::string turned(bytes.size(), '\0');
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      std::memcpy(&turned[(r * columns + c) * size], &bytes[(c * rows + r) * size], size);
    }
  }
  return turned;
}

}  // namespace imago
