#include "web/hub_listing.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>

#include "embed/strict_json.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Json = nlohmann::json;

constexpr const char* kBeside[] = {
    "config.json",    "preprocessor_config.json",     "open_clip_config.json",
    "merges.txt",     "bpe_simple_vocab_16e6.txt.gz", "spiece.model",
    "tokenizer.model"};
// The first that is there.
constexpr const char* kWeights[] = {"model.safetensors", "open_clip_model.safetensors",
                                    "model.safetensors.index.json",
                                    "open_clip_model.safetensors.index.json"};
constexpr const char* kTorchWeights[] = {"pytorch_model.bin", "open_clip_pytorch_model.bin"};

absl::Status Broken(const std::string& what) {
  return absl::DataLossError("the hub's list of files: " + what);
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

std::string Word(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

int64_t Size(const Json& object) {
  const auto found = object.find("size");
  const bool told = found != object.end() && found->is_number_integer() && *found >= 0 &&
                    *found <= int64_t{1} << 50;
  return told ? found->get<int64_t>() : -1;
}

HubFile ParseFile(const Json& sibling) {
  HubFile file{Word(sibling, "rfilename"), Size(sibling),
               ParseHubChecksum(Word(sibling, "blobId"))};
  const auto lfs = sibling.find("lfs");
  if (lfs != sibling.end() && lfs->is_object()) {
    file.checksum = ParseHubChecksum(Word(*lfs, "sha256"));
    file.size = std::max(file.size, Size(*lfs));
  }
  return file;
}

const HubFile* Find(const HubListing& listing, std::string_view name) {
  for (const HubFile& file : listing.files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

// The only plain file with this extension.
const HubFile* FindOnly(const HubListing& listing, std::string_view extension) {
  const HubFile* only = nullptr;
  for (const HubFile& file : listing.files) {
    const std::string_view name = file.name;
    if (!IsPlainHubName(name) || name.size() <= extension.size()) continue;
    if (name.substr(name.size() - extension.size()) != extension) continue;
    if (only != nullptr) return nullptr;
    only = &file;
  }
  return only;
}

const HubFile* FindWeights(const HubListing& listing) {
  for (const char* name : kWeights) {
    if (const HubFile* file = Find(listing, name)) return file;
  }
  if (const HubFile* file = FindOnly(listing, ".safetensors")) return file;
  for (const char* name : kTorchWeights) {
    if (const HubFile* file = Find(listing, name)) return file;
  }
  return FindOnly(listing, ".pt");
}

}  // namespace

std::string ParseHubChecksum(std::string_view etag) {
  if (etag.substr(0, 2) == "W/") etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  std::string checksum(etag);
  std::transform(checksum.begin(), checksum.end(), checksum.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool sized = checksum.size() == 40 || checksum.size() == 64;
  return sized && IsHex(checksum) ? checksum : "";
}

bool IsPlainHubName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) || c == '-' || c == '_' || c == '.';
         });
}

absl::StatusOr<HubListing> ParseHubListing(std::string_view json) {
  if (auto strict = CheckStrictJson(json, 64); !strict.ok()) {
    return Broken(std::string(strict.message()));
  }
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return Broken("no object");
  HubListing listing;
  listing.commit = ParseHubChecksum(Word(root, "sha"));
  if (listing.commit.size() != 40) return Broken("no commit");
  const auto siblings = root.find("siblings");
  if (siblings == root.end() || !siblings->is_array()) return Broken("no siblings");
  for (const Json& sibling : *siblings) {
    if (!sibling.is_object()) return Broken("a sibling that is no object");
    listing.files.push_back(ParseFile(sibling));
  }
  return listing;
}

absl::StatusOr<std::vector<HubFile>> ChooseHubFiles(const HubListing& listing) {
  const HubFile* weights = FindWeights(listing);
  if (weights == nullptr) {
    return absl::NotFoundError(fmt::format(
        "none of the {} files is a model's weights as Imago reads them", listing.files.size()));
  }
  std::vector<HubFile> chosen;
  for (const char* name : kBeside) {
    if (const HubFile* file = Find(listing, name)) chosen.push_back(*file);
  }
  chosen.push_back(*weights);
  return chosen;
}

}  // namespace imago
