#include "index/index_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "fmt/format.h"
#include "storage/durable_file.h"
#include "storage/sha256.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr char kCurrent[] = "CURRENT";

// The number after the last '-' of a name, 0 if there is none.
uint64_t NumberIn(std::string_view name) {
  const size_t dash = name.rfind('-');
  uint64_t number = 0;
  if (dash == std::string_view::npos) return 0;
  std::from_chars(name.data() + dash + 1, name.data() + name.size(), number);
  return number;
}

absl::StatusOr<std::string> ReadChecked(const std::string& path, const std::string& sha256) {
  absl::StatusOr<std::string> bytes = ReadWholeFile(path);
  if (absl::IsNotFound(bytes.status()))
    return absl::DataLossError(fmt::format("'{}' is missing", path));
  if (!bytes.ok()) return bytes.status();
  if (Sha256(*bytes) == sha256) return bytes;
  return absl::DataLossError(fmt::format("the checksum of '{}' does not agree", path));
}

}  // namespace

absl::StatusOr<Manifest> IndexFolder::ReadManifest() const {
  const absl::StatusOr<std::string> line = ReadWholeFile(PathOf(kCurrent));
  if (!line.ok()) return line.status();
  const absl::StatusOr<Current> current = DecodeCurrent(*line);
  if (!current.ok()) return current.status();
  const std::string path = PathOf(ManifestFileName(current->manifest));
  const absl::StatusOr<std::string> text = ReadChecked(path, current->sha256);
  if (!text.ok()) return text.status();
  return DecodeManifest(*text);
}

absl::StatusOr<SegmentContents> IndexFolder::ReadSegment(const SegmentFile& file) const {
  const std::string path = PathOf(SegmentFileName(file.number));
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) return absl::DataLossError(fmt::format("'{}' is missing", path));
  if (size != file.bytes) {
    return absl::DataLossError(fmt::format("'{}' has {} bytes, not {}", path, size, file.bytes));
  }
  const absl::StatusOr<std::string> bytes = ReadChecked(path, file.sha256);
  if (!bytes.ok()) return bytes.status();
  return DecodeSegment(*bytes);
}

std::vector<std::string> IndexFolder::Names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (auto at = fs::directory_iterator(dir_, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  return names;
}

uint64_t IndexFolder::HighestNumber() const {
  uint64_t highest = 0;
  for (const std::string& name : Names()) highest = std::max(highest, NumberIn(name));
  return highest;
}

absl::StatusOr<SegmentFile> IndexFolder::WriteSegment(const Segment& segment) const {
  const absl::StatusOr<std::string> bytes = EncodeSegment(segment);
  if (!bytes.ok()) return bytes.status();
  const absl::Status wrote = WriteFileDurably(PathOf(SegmentFileName(segment.number)), *bytes);
  if (!wrote.ok()) return wrote;
  return SegmentFile{segment.number, bytes->size(), Sha256(*bytes)};
}

absl::Status IndexFolder::Publish(const Manifest& manifest) const {
  const uint64_t number = HighestNumber() + 1;
  const std::string text = EncodeManifest(manifest);
  const absl::Status wrote = WriteFileDurably(PathOf(ManifestFileName(number)), text);
  if (!wrote.ok()) return wrote;
  return WriteFileDurably(PathOf(kCurrent), EncodeCurrent({number, Sha256(text)}));
}

void IndexFolder::Sweep() const {
  const absl::StatusOr<std::string> line = ReadWholeFile(PathOf(kCurrent));
  const absl::StatusOr<Manifest> manifest = ReadManifest();
  if (!manifest.ok() || !line.ok()) return;
  std::set<std::string> needed = {kCurrent, ManifestFileName(DecodeCurrent(*line)->manifest)};
  for (const SegmentFile& segment : manifest->segments) {
    needed.insert(SegmentFileName(segment.number));
  }
  std::error_code ignored;
  for (const std::string& name : Names()) {
    if (!needed.contains(name)) fs::remove(PathOf(name), ignored);
  }
}

}  // namespace imago
