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

absl::Status CheckSum(const std::string& path, std::string_view bytes, const std::string& sha256) {
  if (Sha256(bytes) == sha256) return absl::OkStatus();
  return absl::DataLossError(fmt::format("the checksum of '{}' does not agree", path));
}

absl::Status Missing(const std::string& path) {
  return absl::DataLossError(fmt::format("'{}' is missing", path));
}

}  // namespace

absl::StatusOr<Manifest> IndexFolder::ReadManifest() const {
  const absl::StatusOr<std::string> line = ReadWholeFile(PathOf(kCurrent));
  if (!line.ok()) return line.status();
  const absl::StatusOr<Current> current = DecodeCurrent(*line);
  if (!current.ok()) return current.status();
  const std::string path = PathOf(ManifestFileName(current->manifest));
  const absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (absl::IsNotFound(text.status())) return Missing(path);
  if (!text.ok()) return text.status();
  const absl::Status checked = CheckSum(path, *text, current->sha256);
  if (!checked.ok()) return checked;
  return DecodeManifest(*text);
}

absl::StatusOr<MappedSegment> IndexFolder::ReadSegment(const SegmentFile& file) const {
  const std::string path = PathOf(SegmentFileName(file.number));
  absl::StatusOr<MappedFile> mapped = MappedFile::Open(path);
  if (absl::IsNotFound(mapped.status())) return Missing(path);
  if (!mapped.ok()) return mapped.status();
  const std::string_view bytes = mapped->bytes();
  if (bytes.size() != file.bytes) {
    return absl::DataLossError(
        fmt::format("'{}' has {} bytes, not {}", path, bytes.size(), file.bytes));
  }
  if (const absl::Status checked = CheckSum(path, bytes, file.sha256); !checked.ok()) {
    return checked;
  }
  absl::StatusOr<SegmentContents> contents = DecodeSegment(bytes);
  if (!contents.ok()) return contents.status();
  return MappedSegment{std::make_shared<MappedFile>(*std::move(mapped)), *std::move(contents)};
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
  absl::Status wrote = WriteFileDurably(PathOf(ManifestFileName(number)), text);
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
