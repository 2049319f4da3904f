#include "embed/import_clip.h"

#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "embed/tokenizer.h"
#include "embed/torch/clip_model.h"
#include "embed/torch/published_clip.h"
#include "embed/torch/published_folder.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "storage/durable_file.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

std::string MakeCard(const std::string& weights, ClipLayout layout,
                     const PublishedConfig& published, const BundleConfig& config) {
  nlohmann::ordered_json card;
  card["initialised_from"] =
      fmt::format("{} ({} layout)", fs::path(weights).filename().string(), ClipLayoutName(layout));
  card["trained_on"] = "not by Imago: see where the weights were published";
  card["licence"] = "that of the published weights";
  auto& activation = card["activation"];
  const auto& image_words = config.image_tower.words;
  if (image_words.count("activation") != 0) activation["image"] = image_words.at("activation");
  activation["text"] = config.text_tower.words.at("activation");
  activation["chosen_by"] = published.source;
  return card.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<BundleConfig> MakeConfig(const ImportClipOptions& options,
                                        const RenamedTensors& tensors,
                                        const PublishedConfig& published, int& vocab_size) {
  BundleConfig config;
  config.name = options.name;
  config.preprocess = published.preprocess;
  const auto derived = DeriveShapes(tensors, published.heads, config);
  if (!derived.ok()) return derived.status();
  vocab_size = *derived;
  if (config.image_tower.kind == "vit") {
    config.image_tower.words["activation"] = published.activation_image;
  }
  config.text_tower.words["activation"] = published.activation_text;
  return config;
}

// Exactly the tensors of the model that the config describes, each of its shape.
absl::Status CheckTensors(const RenamedTensors& tensors, const BundleConfig& config,
                          int vocab_size) {
  const auto model = ClipModel::Make(config, vocab_size, TowerInit::kNone);
  if (!model.ok()) return model.status();
  const auto weights = (*model)->Weights();
  for (const auto& [name, weight] : weights) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      return absl::InvalidArgumentError(fmt::format("1 tensor missing: {}", name));
    }
    const RenamedTensor& tensor = found->second;
    if (torch::IntArrayRef(tensor.shape) != weight.sizes()) {
      return absl::InvalidArgumentError(fmt::format(
          "tensor {} has the shape [{}], it must be [{}]", fmt::join(tensor.parts, " + "),
          fmt::join(tensor.shape, ", "), fmt::join(weight.sizes().vec(), ", ")));
    }
  }
  for (const auto& [name, tensor] : tensors) {
    if (weights.count(name) == 0) {
      return absl::InvalidArgumentError(
          fmt::format("tensor {} has no place in CLIP", tensor.parts.front()));
    }
    if (tensor.type == TensorType::kI64 || tensor.type == TensorType::kI32 ||
        tensor.type == TensorType::kU8) {
      return absl::InvalidArgumentError(fmt::format("tensor {} is {}, not floating point",
                                                    tensor.parts.front(),
                                                    TensorTypeName(tensor.type)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVocabulary(const MergesFile& merges, int vocab_size) {
  const auto tokenizer = NewClipBpeTokenizer(merges.bytes);
  if (!tokenizer.ok()) return Named(merges.name, tokenizer.status());
  if ((*tokenizer)->vocab_size() == vocab_size) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("the weights have {} tokens, the tokenizer {}",
                                                vocab_size, (*tokenizer)->vocab_size()));
}

// What goes into the bundle's folder.
struct Parts {
  const SafetensorsFile& file;
  RenamedTensors tensors;
  MergesFile merges;
  BundleConfig config;
};

absl::Status WriteParts(const Parts& parts, const fs::path& folder) {
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : parts.tensors) {
    tensors.push_back({name, tensor.type, tensor.shape, JoinBytes(parts.file, tensor)});
  }
  auto status =
      WriteSafetensors((folder / "weights.safetensors").string(), tensors, {{"format", "pt"}});
  if (!status.ok()) return status;
  status = WriteFileDurably((folder / parts.merges.name).string(), parts.merges.bytes);
  if (!status.ok()) return status;
  return WriteFileDurably((folder / "model.json").string(), BundleConfigToJson(parts.config));
}

constexpr char kDraftPrefix[] = ".import-";

// Drafts of imports that were killed; one of today may still be under way.
void RemoveOldDrafts(const fs::path& models_dir) {
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  std::error_code failed;
  std::vector<fs::path> old;
  for (fs::directory_iterator entry(models_dir, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    const bool draft = entry->path().filename().string().starts_with(kDraftPrefix);
    if (draft && entry->last_write_time(ignored) < yesterday) old.push_back(entry->path());
  }
  for (const fs::path& folder : old) fs::remove_all(folder, failed);
}

// Writes beside the final folder, whose name needs the weights' hash, and renames.
absl::StatusOr<Bundle> WriteBundle(const Parts& parts, const fs::path& models_dir) {
  if (auto status = MakeFolders(models_dir.string()); !status.ok()) return status;
  RemoveOldDrafts(models_dir);
  std::string draft = (models_dir / (std::string(kDraftPrefix) + "XXXXXX")).string();
  if (mkdtemp(draft.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot make {}", draft));
  }
  std::error_code failed;
  fs::permissions(draft, fs::perms(0755), failed);
  auto bundle = [&]() -> absl::StatusOr<Bundle> {
    if (auto status = WriteParts(parts, draft); !status.ok()) return status;
    auto written = OpenBundle(draft);
    if (!written.ok()) return written.status();
    const fs::path folder = models_dir / written->id;
    if (fs::exists(folder, failed)) {
      return absl::AlreadyExistsError(fmt::format("{} is there already", folder.string()));
    }
    fs::rename(draft, folder, failed);
    if (failed) {
      return absl::InternalError(
          fmt::format("cannot make {}: {}", folder.string(), failed.message()));
    }
    written->dir = folder.string();
    return written;
  }();
  std::error_code ignored;
  fs::remove_all(draft, ignored);
  return bundle;
}

absl::StatusOr<Bundle> Import(const ImportClipOptions& options, const std::string& weights) {
  const auto file = SafetensorsFile::Open(weights);
  if (!file.ok()) return file.status();
  const auto layout = DetectClipLayout(*file);
  if (!layout.ok()) return Named(weights, layout.status());
  const std::string folder = fs::path(weights).parent_path().string();
  const auto published = ReadPublishedConfig(folder, *layout);
  if (!published.ok()) return Named(folder, published.status());
  auto tensors = RenameTensors(*file, *layout);
  if (!tensors.ok()) return Named(weights, tensors.status());
  int vocab_size = 0;
  auto config = MakeConfig(options, *tensors, *published, vocab_size);
  if (!config.ok()) return Named(weights, config.status());
  if (auto status = CheckTensors(*tensors, *config, vocab_size); !status.ok()) {
    return Named(weights, status);
  }
  auto merges = FindMerges(folder, options.tokenizer_path);
  if (!merges.ok()) return merges.status();
  if (auto status = CheckVocabulary(*merges, vocab_size); !status.ok()) return status;
  config->tokenizer_file = merges->name;
  config->card_json = MakeCard(weights, *layout, *published, *config);
  // Before anything is written: the name may be none.
  if (auto parsed = ParseBundleConfig(BundleConfigToJson(*config)); !parsed.ok()) {
    return parsed.status();
  }
  return WriteBundle({*file, *std::move(tensors), *std::move(merges), *std::move(config)},
                     options.models_dir);
}

}  // namespace

absl::StatusOr<Bundle> ImportClip(const ImportClipOptions& options) {
  const auto weights = FindWeights(options.path);
  if (!weights.ok()) return weights.status();
  try {
    return Import(options, *weights);
  } catch (const c10::Error& error) {
    return absl::InternalError(fmt::format("{}: {}", *weights, error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("{}: {}", *weights, error.what()));
  }
}

}  // namespace imago
