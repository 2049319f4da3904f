#ifndef IMAGO_INDEX_INDEX_FOLDER_H_
#define IMAGO_INDEX_INDEX_FOLDER_H_

// The files of an index. Each is written whole and synced before anything names it; CURRENT comes
// last, and what it does not lead to is removed afterwards.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/manifest.h"
#include "index/segment_file.h"
#include "storage/mapped_file.h"

namespace imago {

struct MappedSegment {
  std::shared_ptr<const MappedFile> file;
  SegmentContents contents;  // views of the file
};

class IndexFolder {
 public:
  explicit IndexFolder(std::string dir) : dir_(std::move(dir)) {}

  // What CURRENT leads to. kNotFound when there is no CURRENT, kDataLoss when something is damaged.
  absl::StatusOr<Manifest> ReadManifest() const;
  // The size and SHA-256 are checked before anything is parsed. kDataLoss.
  absl::StatusOr<MappedSegment> ReadSegment(const SegmentFile& file) const;
  // The highest number in the name of any file, 0 without files.
  uint64_t HighestNumber() const;

  absl::StatusOr<SegmentFile> WriteSegment(const Segment& segment) const;
  // Puts the manifest in force; its segment files are there already.
  absl::Status Publish(const Manifest& manifest) const;
  // Removes all files that the manifest in force does not need; what cannot be removed stays.
  void Sweep() const;

 private:
  std::string PathOf(const std::string& name) const { return dir_ + "/" + name; }
  std::vector<std::string> Names() const;

  std::string dir_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_INDEX_FOLDER_H_
