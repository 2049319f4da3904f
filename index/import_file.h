#ifndef IMAGO_INDEX_IMPORT_FILE_H_
#define IMAGO_INDEX_IMPORT_FILE_H_

// What an import has to do for one file: read it, see whether it is known, decode it.

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "embed/image.h"
#include "index/collection.h"
#include "index/picture_decoder.h"
#include "index/walk.h"

namespace imago {

// The contents that are on their way into the collection, so that equal files are embedded once.
// Thread-safe.
class ContentClaims {
 public:
  enum class Answer { kYours, kTaken, kFailed };
  // kYours: release it when it has been written or given up. kFailed: `error` says why nothing can
  // be made of this content.
  Answer Claim(const std::string& sha256, std::string& error);
  void Release(const std::string& sha256);
  void Fail(const std::string& sha256, const std::string& error);

 private:
  std::mutex mutex_;
  std::set<std::string> taken_;
  std::map<std::string, std::string> failed_;
};

struct FileWork {
  enum class Kind {
    kSkip,    // unchanged
    kIgnore,  // no picture and not thought to be one
    kFail,    // `error` says why
    kWait,    // the same bytes are on their way: come again when they have arrived
    kTouch,   // `entry` has its old bytes with a new time or place
    kCopy,    // `entry` has the vectors of the same bytes under another id
    kEmbed    // `entry` lacks the vector of `input`; the content of item.sha256 is claimed
  };
  Kind kind = Kind::kSkip;
  std::string error;
  Entry entry;
  std::optional<Image> input;
};

// Thread-safe. What it is made from outlives it.
class FileImporter {
 public:
  FileImporter(const Collection& collection, const std::string& model, int64_t max_bytes,
               ContentClaims& claims)
      : collection_(collection), model_(model), max_bytes_(max_bytes), claims_(claims) {}

  // A Status is trouble with the collection or the decoder.
  absl::StatusOr<FileWork> Plan(const FoundFile& file, const PictureDecoder& decode) const;

 private:
  absl::StatusOr<FileWork> PlanContent(Item item, const std::string& bytes,
                                       const PictureDecoder& decode) const;
  absl::StatusOr<FileWork> PlanDecode(Item item, const std::string& bytes,
                                      const PictureDecoder& decode) const;
  // Nothing when `source` lacks vectors or a thumbnail.
  absl::StatusOr<std::optional<Entry>> CopyOf(const std::string& source, const Item& item) const;

  const Collection& collection_;
  const std::string model_;
  const int64_t max_bytes_;
  ContentClaims& claims_;
};

}  // namespace imago

#endif  // IMAGO_INDEX_IMPORT_FILE_H_
