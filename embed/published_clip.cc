#include "embed/published_clip.h"

#include <cstring>
#include <optional>
#include <utility>

#include "embed/clip_shapes.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace imago {
namespace {

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

bool IsFloat(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16;
}

absl::Status DoesNotFit(const std::string& name, const std::string& kin) {
  return Wrong(fmt::format("tensor {} does not fit {}", name, kin));
}

// Puts the published tensor into its part of `tensor`, whose shape stays that of one part.
absl::Status AddPart(const std::string& name, const WeightInfo& info, const BundlePlace& place,
                     RenamedTensor& tensor) {
  if (tensor.parts.empty()) {
    tensor.parts.resize(static_cast<size_t>(place.parts));
    tensor.type = info.type;
    tensor.shape = info.shape;
    tensor.transpose = place.transposed;
  }
  std::string& part = tensor.parts[static_cast<size_t>(place.part)];
  if (!part.empty()) return Wrong(fmt::format("tensor {} comes twice", name));
  part = name;
  if (info.shape != tensor.shape || info.type != tensor.type) {
    for (const std::string& kin : tensor.parts) {
      if (!kin.empty() && kin != name) return DoesNotFit(name, kin);
    }
  }
  return absl::OkStatus();
}

// The shape of the parts becomes that of the whole.
absl::Status Assemble(const std::string& ours, const BundlePlace& place, RenamedTensor& tensor) {
  std::string there;
  for (const std::string& part : tensor.parts) {
    if (!part.empty()) there = part;
  }
  for (const std::string& part : tensor.parts) {
    if (part.empty()) return Wrong(fmt::format("{} misses kin that makes up {}", there, ours));
  }
  if (place.is_scalar) {
    if (tensor.shape != std::vector<int64_t>{1}) {
      return Wrong(fmt::format("tensor {} has the impossible shape [{}], it must be [1]", there,
                               fmt::join(tensor.shape, ", ")));
    }
    tensor.shape.clear();
  }
  if (tensor.parts.size() > 1) {
    if (tensor.shape.empty()) return DoesNotFit(there, ours);
    int64_t& rows = tensor.shape[0];
    if (__builtin_mul_overflow(rows, static_cast<int64_t>(tensor.parts.size()), &rows)) {
      return DoesNotFit(there, ours);
    }
  }
  if (tensor.transpose) {
    if (tensor.shape.size() != 2) return DoesNotFit(there, ours);
    std::swap(tensor.shape[0], tensor.shape[1]);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClipLayout> DetectClipLayout(const WeightFiles& files) {
  for (const auto& [name, info] : files.tensors()) {
    if (name.rfind("visual.trunk.", 0) == 0) {
      return absl::UnimplementedError(
          fmt::format("tensor {} belongs to a relative of CLIP that Imago does not read", name));
    }
  }
  if (files.Has("vision_model.head.probe")) return ClipLayout::kSiglip;
  if (files.Has("vision_model.embeddings.class_embedding")) return ClipLayout::kHuggingFace;
  if (files.Has("visual.conv1.weight")) {
    return files.Has("text.token_embedding.weight") ? ClipLayout::kOpenClip : ClipLayout::kOpenAi;
  }
  return Wrong(
      "no CLIP weights: neither vision_model.embeddings.class_embedding (Hugging Face) nor "
      "vision_model.head.probe (SigLIP) nor visual.conv1.weight (OpenAI, open_clip) is there");
}

absl::StatusOr<RenamedTensors> RenameTensors(const WeightFiles& files, ClipLayout layout) {
  RenamedTensors tensors;
  std::map<std::string, BundlePlace> places;
  for (const auto& [name, info] : files.tensors()) {
    if (IsNoWeight(name)) continue;
    std::optional<BundlePlace> place = PlaceInBundle(name, layout);
    if (!place) return Wrong(fmt::format("tensor {} has no place in CLIP", name));
    if (!IsFloat(info.type)) {
      return Wrong(
          fmt::format("tensor {} is {}, not floating point", name, TensorTypeName(info.type)));
    }
    if (auto status = AddPart(name, info, *place, tensors[place->name]); !status.ok()) {
      return status;
    }
    places[place->name] = *std::move(place);
  }
  for (auto& [ours, tensor] : tensors) {
    if (auto status = Assemble(ours, places.at(ours), tensor); !status.ok()) return status;
  }
  return tensors;
}

std::string TransposeBytes(const std::string& bytes, int64_t rows, int64_t columns, size_t size) {
  std::string turned(bytes.size(), '\0');
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      std::memcpy(&turned[static_cast<size_t>(c * rows + r) * size],
                  &bytes[static_cast<size_t>(r * columns + c) * size], size);
    }
  }
  return turned;
}

absl::StatusOr<std::string> JoinBytes(const WeightFiles& files, const RenamedTensor& tensor) {
  std::string bytes;
  for (const std::string& part : tensor.parts) {
    auto read = files.Read(part);
    if (!read.ok()) return read.status();
    bytes = bytes.empty() ? *std::move(read) : bytes + *read;
  }
  if (!tensor.transpose) return bytes;
  // The shape is the result's.
  return TransposeBytes(bytes, tensor.shape[1], tensor.shape[0], TensorTypeSize(tensor.type));
}

absl::Status CheckTensors(const RenamedTensors& tensors, const BundleConfig& config,
                          int vocab_size) {
  const auto expected = ClipShapes(config, vocab_size);
  if (!expected.ok()) return expected.status();
  for (const auto& [name, shape] : *expected) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) return Wrong(fmt::format("1 tensor missing: {}", name));
    if (found->second.shape != shape) {
      return Wrong(fmt::format("tensor {} has the shape [{}], it must be [{}]",
                               fmt::join(found->second.parts, " + "),
                               fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")));
    }
  }
  for (const auto& [name, tensor] : tensors) {
    if (expected->count(name) == 0) {
      return Wrong(fmt::format("tensor {} has no place in CLIP", tensor.parts.front()));
    }
  }
  return absl::OkStatus();
}

}  // namespace imago
