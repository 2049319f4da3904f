#include "embed/import_clip.h"

#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "embed/published_clip.h"
#include "embed/published_folder.h"
#include "embed/tokenizer.h"
#include "fmt/format.h"
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
  card["layout"] = ClipLayoutWord(layout);
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
  if (config.image_tower.kind != "modified-resnet") {
    config.image_tower.words["activation"] = published.activation_image;
  }
  config.text_tower.words["activation"] = published.activation_text;
  return config;
}

// The tokenizer into the config.
absl::Status AddTokenizer(const TokenizerFile& file, int vocab_size, BundleConfig& config) {
  const auto tokenizer = NewTokenizer(file.kind, file.bytes);
  if (!tokenizer.ok()) return Named(file.name, tokenizer.status());
  if ((*tokenizer)->vocab_size() != vocab_size) {
    return absl::InvalidArgumentError(fmt::format("the weights have {} tokens, the tokenizer {}",
                                                  vocab_size, (*tokenizer)->vocab_size()));
  }
  config.tokenizer_kind = file.kind;
  config.tokenizer_file = file.name;
  if (config.text_tower.kind == "siglip-text") {
    config.text_tower.numbers["pad_id"] = (*tokenizer)->pad_id();
  }
  return absl::OkStatus();
}

// What goes into the bundle's folder.
struct Parts {
  const WeightFiles& files;
  RenamedTensors tensors;
  TokenizerFile tokenizer;
  BundleConfig config;
};

absl::Status WriteWeights(const Parts& parts, const std::string& path) {
  std::vector<TensorToStream> tensors;
  for (const auto& [name, tensor] : parts.tensors) {
    tensors.push_back({name, tensor.type, tensor.shape,
                       [&parts, &tensor = tensor] { return JoinBytes(parts.files, tensor); }});
  }
  return StreamSafetensors(path, tensors, {{"format", "pt"}});
}

// What the files hold beside the weights, for an export that gives back all of it.
absl::Status WriteRest(const WeightFiles& files, const std::string& path) {
  std::vector<TensorToStream> tensors;
  for (const auto& [name, info] : files.tensors()) {
    if (!IsNoWeight(name)) continue;
    tensors.push_back(
        {name, info.type, info.shape, [&files, &name = name] { return files.Read(name); }});
  }
  return StreamSafetensors(path, tensors, files.metadata());
}

absl::Status WriteParts(const Parts& parts, const fs::path& folder) {
  auto status = WriteWeights(parts, (folder / "weights.safetensors").string());
  if (!status.ok()) return status;
  status = WriteRest(parts.files, (folder / kPublishedRest).string());
  if (!status.ok()) return status;
  status = WriteFileDurably((folder / parts.tokenizer.name).string(), parts.tokenizer.bytes);
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
  const auto files = WeightFiles::Open(weights);
  if (!files.ok()) return files.status();
  const auto layout = DetectClipLayout(*files);
  if (!layout.ok()) return Named(weights, layout.status());
  const std::string folder = fs::path(weights).parent_path().string();
  const auto published = ReadPublishedConfig(folder, *layout);
  if (!published.ok()) return Named(folder, published.status());
  auto tensors = RenameTensors(*files, *layout);
  if (!tensors.ok()) return Named(weights, tensors.status());
  int vocab_size = 0;
  auto config = MakeConfig(options, *tensors, *published, vocab_size);
  if (!config.ok()) return Named(weights, config.status());
  if (auto status = CheckTensors(*tensors, *config, vocab_size); !status.ok()) {
    return Named(weights, status);
  }
  auto tokenizer = FindTokenizer(folder, *layout, options.tokenizer_path);
  if (!tokenizer.ok()) return tokenizer.status();
  if (auto status = AddTokenizer(*tokenizer, vocab_size, *config); !status.ok()) return status;
  config->card_json = MakeCard(weights, *layout, *published, *config);
  // Before anything is written: the name may be none.
  if (auto parsed = ParseBundleConfig(BundleConfigToJson(*config)); !parsed.ok()) {
    return parsed.status();
  }
  return WriteBundle({*files, *std::move(tensors), *std::move(tokenizer), *std::move(config)},
                     options.models_dir);
}

}  // namespace

absl::StatusOr<Bundle> ImportClip(const ImportClipOptions& options) {
  const auto weights = FindWeights(options.path);
  if (!weights.ok()) return weights.status();
  try {
    return Import(options, *weights);
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("{}: {}", *weights, error.what()));
  }
}

}  // namespace imago
