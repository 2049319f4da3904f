#include "embed/published_names.h"

#include "absl/types/span.h"

namespace imago {
namespace {

// Beginnings of names. A part counts from 0 among the renamings to the same name.
struct Renaming {
  std::string_view published;
  std::string_view ours;
  int part = 0;
  int parts = 1;
};

// Within a transformer's layer kHuggingFaceLayer applies as well.
constexpr Renaming kHuggingFace[] = {
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
};

constexpr Renaming kHuggingFaceLayer[] = {
    {"layer_norm1.", "ln_1."},
    {"self_attn.q_proj.weight", "attn.in_proj_weight", 0, 3},
    {"self_attn.k_proj.weight", "attn.in_proj_weight", 1, 3},
    {"self_attn.v_proj.weight", "attn.in_proj_weight", 2, 3},
    {"self_attn.q_proj.bias", "attn.in_proj_bias", 0, 3},
    {"self_attn.k_proj.bias", "attn.in_proj_bias", 1, 3},
    {"self_attn.v_proj.bias", "attn.in_proj_bias", 2, 3},
    {"self_attn.out_proj.", "attn.out_proj."},
    {"layer_norm2.", "ln_2."},
    {"mlp.fc1.", "mlp.c_fc."},
    {"mlp.fc2.", "mlp.c_proj."},
};

constexpr Renaming kSiglip[] = {
    {"vision_model.embeddings.patch_embedding.", "image.conv1."},
    {"vision_model.embeddings.position_embedding.weight", "image.positional_embedding"},
    {"vision_model.encoder.layers.", "image.transformer.resblocks."},
    {"vision_model.post_layernorm.", "image.ln_post."},
    {"vision_model.head.probe", "image.attnpool.probe"},
    {"vision_model.head.attention.", "image.attnpool.attn."},
    {"vision_model.head.layernorm.", "image.attnpool.ln."},
    {"vision_model.head.mlp.fc1.", "image.attnpool.mlp.c_fc."},
    {"vision_model.head.mlp.fc2.", "image.attnpool.mlp.c_proj."},
    {"text_model.embeddings.token_embedding.weight", "text.token_embedding.weight"},
    {"text_model.embeddings.position_embedding.weight", "text.positional_embedding"},
    {"text_model.encoder.layers.", "text.transformer.resblocks."},
    {"text_model.final_layer_norm.", "text.ln_final."},
    {"text_model.head.", "text.head."},
    {"logit_bias", "logit_bias"},
};

constexpr Renaming kOpenAi[] = {
    {"visual.", "image."},
    {"token_embedding.weight", "text.token_embedding.weight"},
    {"positional_embedding", "text.positional_embedding"},
    {"transformer.resblocks.", "text.transformer.resblocks."},
    {"ln_final.", "text.ln_final."},
    {"text_projection", "text.text_projection"},
};

constexpr Renaming kOpenClip[] = {{"visual.", "image."}, {"text.", "text."}};

constexpr std::string_view kOurBlocks = ".resblocks.";
constexpr std::string_view kPublishedBlocks = ".layers.";

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

absl::Span<const Renaming> RenamingsOf(ClipLayout layout) {
  switch (layout) {
    case ClipLayout::kHuggingFace:
      return kHuggingFace;
    case ClipLayout::kOpenAi:
      return kOpenAi;
    case ClipLayout::kOpenClip:
      return kOpenClip;
    case ClipLayout::kSiglip:
      return kSiglip;
  }
  return {};
}

bool RenamesLayers(ClipLayout layout) {
  return layout == ClipLayout::kHuggingFace || layout == ClipLayout::kSiglip;
}

// The renaming that applies, and the whole new name.
struct Renamed {
  const Renaming* by = nullptr;
  std::string name;
};

Renamed Forwards(absl::Span<const Renaming> renamings, std::string_view published) {
  for (const Renaming& by : renamings) {
    if (StartsWith(published, by.published)) {
      return {&by, std::string(by.ours) + std::string(published.substr(by.published.size()))};
    }
  }
  return {};
}

Renamed Backwards(absl::Span<const Renaming> renamings, std::string_view ours, int part = 0) {
  for (const Renaming& by : renamings) {
    if (by.part == part && StartsWith(ours, by.ours)) {
      return {&by, std::string(by.published) + std::string(ours.substr(by.ours.size()))};
    }
  }
  return {};
}

// Where the name within a layer begins: after "<blocks>7."; npos without one.
size_t LayerBegin(std::string_view name, std::string_view blocks) {
  const size_t at = name.find(blocks);
  if (at == std::string_view::npos) return at;
  const size_t dot = name.find('.', at + blocks.size());
  return dot == std::string_view::npos ? dot : dot + 1;
}

// Hugging Face's projections are the weights of a linear layer, OpenAI's are multiplied from the
// right.
bool IsTransposed(std::string_view ours, ClipLayout layout) {
  return layout == ClipLayout::kHuggingFace &&
         (ours == "image.proj" || ours == "text.text_projection");
}

bool IsScalar(std::string_view ours, ClipLayout layout) {
  return layout == ClipLayout::kSiglip && (ours == "logit_scale" || ours == "logit_bias");
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
    case ClipLayout::kSiglip:
      return "Hugging Face's SigLIP";
  }
  return "";
}

std::string ClipLayoutWord(ClipLayout layout) {
  if (layout == ClipLayout::kOpenAi) return "openai";
  return layout == ClipLayout::kOpenClip ? "openclip" : "hf";
}

std::optional<BundlePlace> PlaceInBundle(std::string_view published, ClipLayout layout) {
  if (published == "logit_scale") {
    return BundlePlace{"logit_scale", 0, 1, false, IsScalar("logit_scale", layout)};
  }
  const Renamed renamed = Forwards(RenamingsOf(layout), published);
  if (renamed.by == nullptr) return std::nullopt;
  BundlePlace place{renamed.name, 0, 1, IsTransposed(renamed.name, layout),
                    IsScalar(renamed.name, layout)};
  if (!RenamesLayers(layout) || renamed.name.find(kOurBlocks) == std::string::npos) return place;
  const size_t layer = LayerBegin(renamed.name, kOurBlocks);
  if (layer == std::string::npos) return std::nullopt;
  const Renamed within = Forwards(kHuggingFaceLayer, std::string_view(renamed.name).substr(layer));
  if (within.by == nullptr) return std::nullopt;
  place.name = renamed.name.substr(0, layer) + within.name;
  place.part = within.by->part;
  place.parts = within.by->parts;
  return place;
}

std::optional<PublishedPlace> PlaceInLayout(std::string_view name, ClipLayout layout) {
  if (name == "logit_scale") return PublishedPlace{{"logit_scale"}, false, IsScalar(name, layout)};
  const Renamed renamed = Backwards(RenamingsOf(layout), name);
  if (renamed.by == nullptr) return std::nullopt;
  PublishedPlace place{{renamed.name}, IsTransposed(name, layout), IsScalar(name, layout)};
  if (!RenamesLayers(layout) || name.find(kOurBlocks) == std::string_view::npos) return place;
  const size_t layer = LayerBegin(renamed.name, kPublishedBlocks);
  if (layer == std::string::npos) return std::nullopt;
  const std::string inner = renamed.name.substr(layer);
  place.names.clear();
  for (int part = 0;; ++part) {
    const Renamed within = Backwards(kHuggingFaceLayer, inner, part);
    if (within.by == nullptr) break;
    place.names.push_back(renamed.name.substr(0, layer) + within.name);
  }
  if (place.names.empty()) return std::nullopt;
  return place;
}

bool IsNoWeight(std::string_view published) {
  return EndsWith(published, "position_ids") || EndsWith(published, ".num_batches_tracked") ||
         EndsWith(published, "attn_mask") || published == "input_resolution" ||
         published == "context_length" || published == "vocab_size";
}

}  // namespace imago
