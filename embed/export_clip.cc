#include "embed/export_clip.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "embed/bundle.h"
#include "embed/clip_shapes.h"
#include "embed/import_clip.h"
#include "embed/published_clip.h"
#include "embed/published_names.h"
#include "embed/published_writer.h"
#include "embed/safetensors.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

// The layout that the bundle was imported from; empty when its card does not say.
std::string ImportedFrom(const BundleConfig& config) {
  const auto card = nlohmann::json::parse(config.card_json, nullptr, /*allow_exceptions=*/false);
  if (!card.is_object()) return "";
  const auto layout = card.find("layout");
  return layout != card.end() && layout->is_string() ? layout->get<std::string>() : "";
}

// The layout of that word for these towers.
absl::StatusOr<ClipLayout> LayoutFor(const std::string& word, const BundleConfig& config) {
  const std::string& image = config.image_tower.kind;
  const std::string& text = config.text_tower.kind;
  const bool siglip = image == "siglip-vit" && text == "siglip-text";
  const bool vit = image == "vit" && text == "clip-text";
  const bool resnet = image == "modified-resnet" && text == "clip-text";
  if (word == "hf" && siglip) return ClipLayout::kSiglip;
  if (word == "hf" && vit) return ClipLayout::kHuggingFace;
  if (word == "openai" && (vit || resnet)) return ClipLayout::kOpenAi;
  if (word == "openclip" && (vit || resnet)) return ClipLayout::kOpenClip;
  if (word.empty()) {
    return absl::InvalidArgumentError(
        "the card does not say which layout the model came from: choose hf, openai or openclip");
  }
  if (word != "hf" && word != "openai" && word != "openclip") {
    return absl::InvalidArgumentError(
        fmt::format("no layout is called \"{}\": hf, openai and openclip are", word));
  }
  return absl::UnimplementedError(fmt::format(
      "the layout {} has no names for the towers \"{}\" and \"{}\"", word, image, text));
}

// As the format's own library sorts: larger types first, then by name.
int TypeRank(TensorType type) {
  constexpr TensorType kOrder[] = {TensorType::kI64,  TensorType::kF32, TensorType::kI32,
                                   TensorType::kBF16, TensorType::kF16, TensorType::kU8};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), type) -
                          std::begin(kOrder));
}

void Sort(std::vector<TensorToStream>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return std::pair(TypeRank(a.type), a.name) < std::pair(TypeRank(b.type), b.name);
  });
}

TensorToStream Copy(const SafetensorsFile& file, const std::string& name, const TensorInfo& info) {
  return {name, info.type, info.shape, [&file, &info]() -> absl::StatusOr<std::string> {
            return std::string(reinterpret_cast<const char*>(file.data(info)),
                               info.end - info.begin);
          }};
}

// The published tensors that the bundle's `name` becomes.
void AddPublished(const SafetensorsFile& file, const std::string& name, const PublishedPlace& place,
                  std::vector<TensorToStream>& tensors) {
  const TensorInfo& info = file.tensors().at(name);
  const size_t parts = place.names.size();
  std::vector<int64_t> shape = info.shape;
  if (place.is_scalar) shape = {1};
  if (place.transposed) std::swap(shape.at(0), shape.at(1));
  if (parts > 1) shape.at(0) /= static_cast<int64_t>(parts);
  const uint64_t bytes = (info.end - info.begin) / parts;
  for (size_t part = 0; part < parts; ++part) {
    const auto read = [&file, &info, part, bytes, turned = place.transposed,
                       shape]() -> absl::StatusOr<std::string> {
      std::string values(reinterpret_cast<const char*>(file.data(info)) + part * bytes, bytes);
      if (!turned) return values;
      return TransposeBytes(values, shape[1], shape[0], TensorTypeSize(info.type));
    };
    tensors.push_back({place.names[part], info.type, shape, read});
  }
}

// Exactly the tensors of the bundle's towers; the size of the vocabulary.
absl::StatusOr<int64_t> CheckWeights(const SafetensorsFile& file, const BundleConfig& config) {
  const auto tokens = file.tensors().find("text.token_embedding.weight");
  if (tokens == file.tensors().end() || tokens->second.shape.size() != 2) {
    return absl::InvalidArgumentError("there is no text.token_embedding.weight");
  }
  const int64_t vocab_size = tokens->second.shape[0];
  if (vocab_size > 1 << 24) return absl::InvalidArgumentError("the vocabulary is too large");
  const auto shapes = ClipShapes(config, static_cast<int>(vocab_size));
  if (!shapes.ok()) return shapes.status();
  for (const auto& [name, shape] : *shapes) {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end() || found->second.shape != shape) {
      return absl::InvalidArgumentError(fmt::format("tensor {} is missing or not of the shape [{}]",
                                                    name, fmt::join(shape, ", ")));
    }
  }
  if (file.tensors().size() == shapes->size()) return vocab_size;
  return absl::InvalidArgumentError("there are tensors that have no place in CLIP");
}

// What lay beside the weights where the bundle came from; nothing where that is not kept.
std::optional<SafetensorsFile> OpenRest(const Bundle& bundle, const std::string& layout) {
  if (ImportedFrom(bundle.config) != layout) return std::nullopt;
  auto file = SafetensorsFile::Open((fs::path(bundle.dir) / kPublishedRest).string());
  if (!file.ok()) return std::nullopt;
  return *std::move(file);
}

absl::Status WriteWeights(const Bundle& bundle, const SafetensorsFile& file, ClipLayout layout,
                          const std::string& path) {
  std::vector<TensorToStream> tensors;
  for (const auto& [name, info] : file.tensors()) {
    const auto place = PlaceInLayout(name, layout);
    if (!place) return absl::InternalError(fmt::format("tensor {} has no published name", name));
    AddPublished(file, name, *place, tensors);
  }
  const auto rest = OpenRest(bundle, ClipLayoutWord(layout));
  if (rest) {
    for (const auto& [name, info] : rest->tensors()) tensors.push_back(Copy(*rest, name, info));
  }
  Sort(tensors);
  // Without a format Hugging Face's own library does not open a file.
  const std::map<std::string, std::string> usual = {{"format", "pt"}};
  const bool told = rest && !rest->metadata().empty();
  return StreamSafetensors(path, tensors, told ? rest->metadata() : usual);
}

// Where the weights go: `out` itself, or a file of the folder that `out` is to be.
absl::StatusOr<fs::path> WeightsPath(const fs::path& out, ClipLayout layout, bool& is_folder) {
  is_folder = out.extension() != ".safetensors";
  const char* name =
      layout == ClipLayout::kOpenClip ? "open_clip_model.safetensors" : "model.safetensors";
  const fs::path path = is_folder ? out / name : out;
  std::error_code failed;
  if (fs::exists(path, failed)) {
    return absl::AlreadyExistsError(fmt::format("{} is there already", path.string()));
  }
  return path;
}

}  // namespace

absl::StatusOr<std::string> ExportClip(const ExportClipOptions& options) {
  const auto bundle = OpenBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  const std::string word = options.layout.empty() ? ImportedFrom(bundle->config) : options.layout;
  // Towers without published names at all, before any question of the layout.
  if (auto shapes = ClipShapes(bundle->config, 1);
      shapes.status().code() == absl::StatusCode::kUnimplemented) {
    return absl::UnimplementedError(
        fmt::format("{}: only models with published CLIP's towers can be exported: {}", bundle->id,
                    std::string(shapes.status().message())));
  }
  const auto layout = LayoutFor(word, bundle->config);
  if (!layout.ok()) return Named(bundle->id, layout.status());
  const std::string weights = (fs::path(bundle->dir) / "weights.safetensors").string();
  const auto file = SafetensorsFile::Open(weights);
  if (!file.ok()) return file.status();
  const auto vocab_size = CheckWeights(*file, bundle->config);
  if (!vocab_size.ok()) return Named(weights, vocab_size.status());
  bool is_folder = false;
  const auto path = WeightsPath(options.out, *layout, is_folder);
  if (!path.ok()) return path.status();
  if (is_folder) {
    if (auto status = MakeFolders(options.out); !status.ok()) return status;
    auto status = WritePublishedConfig(*bundle, *layout, *vocab_size, options.out);
    if (!status.ok()) return Named(bundle->id, status);
  }
  if (auto status = WriteWeights(*bundle, *file, *layout, path->string()); !status.ok()) {
    return status;
  }
  return path->string();
}

}  // namespace imago
