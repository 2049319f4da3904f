#include "embed/shard_index.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "embed/strict_json.h"
#include "fmt/format.h"

namespace imago {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxFiles = 1000;
constexpr size_t kMaxNameBytes = 255;

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError("index of shards: " + what);
}

bool IsPlainFile(const std::string& name) {
  constexpr std::string_view kExtension = ".safetensors";
  if (name.size() <= kExtension.size() || name.size() > kMaxNameBytes || name[0] == '.')
    return false;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) return false;
  }
  return std::string_view(name).substr(name.size() - kExtension.size()) == kExtension;
}

std::string Quoted(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

absl::StatusOr<ShardIndex> ParseShardIndex(std::string_view json) {
  if (auto status = CheckStrictJson(json); !status.ok()) {
    return Wrong(std::string(status.message()));
  }
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (!root.is_object() || map == root.end() || !map->is_object() || map->empty()) {
    return Wrong("there is no weight_map");
  }
  ShardIndex index;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string() || !IsPlainFile(file.get_ref<const std::string&>())) {
      return Wrong(fmt::format("\"{}\" lies in {}, which is no plain name of a .safetensors file",
                               tensor, Quoted(file)));
    }
    index.file_of[tensor] = file.get<std::string>();
    index.files.insert(file.get<std::string>());
  }
  if (index.files.size() > kMaxFiles) {
    return Wrong(fmt::format("{} files, {} is the limit", index.files.size(), kMaxFiles));
  }
  return index;
}

}  // namespace imago
