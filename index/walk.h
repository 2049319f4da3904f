#ifndef IMAGO_INDEX_WALK_H_
#define IMAGO_INDEX_WALK_H_

// Which files a list of paths stands for.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace imago {

struct FoundFile {
  std::string path;  // as given, lexically normal: the item's id
  uint64_t bytes = 0;
  int64_t modified_ms = 0;
  bool named = false;    // by one of `paths` itself
  bool picture = false;  // named, or has a picture's extension
};

struct WalkFailure {
  std::string path;
  std::string error;
};

struct WalkResult {
  std::vector<FoundFile> files;  // each path once
  std::vector<WalkFailure> failures;
  size_t pictures = 0;  // of `files`
};

// Files named in `paths`, and the regular files below the folders named there: in the order of
// `paths`, within a folder by name as bytes. Below a folder, links to files count as files, links
// to folders are not followed (so no loop is possible), and names that start with a dot are passed
// over, as is what is neither file nor folder. What cannot be read or is not there is a failure.
// `go_on` is asked at each folder with the number of pictures so far; false ends the walk.
WalkResult Walk(const std::vector<std::string>& paths, const std::function<bool(size_t)>& go_on);

// Whether the extension is one that picture files have, those included that Imago cannot read.
bool HasPictureExtension(const std::string& path);
// Whether the first bytes are those of a format that Imago reads, so that a folder's large files of
// other kinds need not be read.
bool LooksLikePicture(const std::string& path);

}  // namespace imago

#endif  // IMAGO_INDEX_WALK_H_
