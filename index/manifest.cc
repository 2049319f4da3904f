#include "index/manifest.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "embed/strict_json.h"
#include "fmt/format.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr uint64_t kMaxDim = 1 << 16;
constexpr std::string_view kManifestPrefix = "MANIFEST-";

absl::Status Damaged(std::string_view why) {
  return absl::DataLossError(fmt::format("manifest: {}", why));
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The fields are empty where they are missing or of another type.
std::optional<std::string> TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<uint64_t> NumberOf(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<uint64_t>();
}

std::optional<SegmentFile> SegmentOf(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto number = NumberOf(object, "number");
  const auto bytes = NumberOf(object, "bytes");
  const auto sha256 = TextOf(object, "sha256");
  if (!number || !bytes || !sha256 || !IsSha256(*sha256)) return std::nullopt;
  return SegmentFile{*number, *bytes, *sha256};
}

absl::Status TakeSegments(const json& object, Manifest& manifest) {
  const auto found = object.find("segments");
  if (found == object.end() || !found->is_array()) return Damaged("it has no list of segments");
  std::set<uint64_t> numbers;
  for (const json& element : *found) {
    const std::optional<SegmentFile> segment = SegmentOf(element);
    if (!segment) return Damaged(fmt::format("segment {} is malformed", numbers.size()));
    if (!numbers.insert(segment->number).second) {
      return Damaged(fmt::format("segment {} is there twice", segment->number));
    }
    manifest.segments.push_back(*segment);
  }
  return absl::OkStatus();
}

absl::Status TakeFields(const json& object, Manifest& manifest) {
  const auto collection = TextOf(object, "collection");
  const auto model = TextOf(object, "model");
  const auto dim = NumberOf(object, "dim");
  const auto kind = TextOf(object, "kind");
  const auto sequence = NumberOf(object, "sequence");
  if (!collection || !model || !dim || !kind || !sequence) {
    return Damaged("a field is missing or mistyped");
  }
  if (*dim == 0 || *dim > kMaxDim) return Damaged(fmt::format("dim is {}", *dim));
  const absl::StatusOr<IndexKind> parsed = ParseIndexKind(*kind);
  if (!parsed.ok() || *parsed != SavedKind(*parsed))
    return Damaged(fmt::format("kind is '{}'", *kind));
  manifest.collection = *collection;
  manifest.model = *model;
  manifest.dim = static_cast<int>(*dim);
  manifest.kind = *parsed;
  manifest.sequence = *sequence;
  return absl::OkStatus();
}

}  // namespace

std::string SegmentFileName(uint64_t number) { return fmt::format("segment-{}", number); }
std::string ManifestFileName(uint64_t number) {
  return fmt::format("{}{}", kManifestPrefix, number);
}

std::string EncodeManifest(const Manifest& manifest) {
  json segments = json::array();
  for (const SegmentFile& segment : manifest.segments) {
    segments.push_back(
        {{"number", segment.number}, {"bytes", segment.bytes}, {"sha256", segment.sha256}});
  }
  const json object = {{"format", kFormat},
                       {"collection", manifest.collection},
                       {"model", manifest.model},
                       {"dim", manifest.dim},
                       {"kind", std::string(IndexKindName(manifest.kind))},
                       {"sequence", manifest.sequence},
                       {"segments", std::move(segments)}};
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Manifest> DecodeManifest(std::string_view text) {
  if (const absl::Status strict = CheckStrictJson(text); !strict.ok()) {
    return Damaged(std::string(strict.message()));
  }
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Damaged("it is no JSON object");
  const std::optional<uint64_t> format = NumberOf(object, "format");
  if (format != kFormat) {
    return Damaged(fmt::format("it has format {}, this program reads {}",
                               format ? std::to_string(*format) : "unknown", kFormat));
  }
  Manifest manifest;
  if (const absl::Status taken = TakeFields(object, manifest); !taken.ok()) return taken;
  if (const absl::Status taken = TakeSegments(object, manifest); !taken.ok()) return taken;
  return manifest;
}

std::string EncodeCurrent(const Current& current) {
  return fmt::format("{} {}\n", ManifestFileName(current.manifest), current.sha256);
}

absl::StatusOr<Current> DecodeCurrent(std::string_view line) {
  const absl::Status damaged = absl::DataLossError("CURRENT is damaged");
  if (!line.starts_with(kManifestPrefix)) return damaged;
  const char* const digits = line.data() + kManifestPrefix.size();
  Current current;
  const auto parsed = std::from_chars(digits, line.data() + line.size(), current.manifest);
  if (parsed.ec != std::errc()) return damaged;
  const std::string_view rest = line.substr(static_cast<size_t>(parsed.ptr - line.data()));
  if (rest.size() != 66) return damaged;
  current.sha256 = rest.substr(1, 64);
  if (!IsSha256(current.sha256) || EncodeCurrent(current) != line) return damaged;
  return current;
}

}  // namespace imago
