#ifndef IMAGO_QUERY_ENGINE_H_
#define IMAGO_QUERY_ENGINE_H_

// The whole of Imago behind one small class: collections, encoder, imports, search. The command
// line and the server are thin layers over it.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/decode_image.h"
#include "embed/encoder.h"
#include "embed/event_extractor.h"
#include "index/collection.h"
#include "index/importer.h"
#include "query/classify.h"
#include "query/config.h"
#include "query/query.h"
#include "query/search_limits.h"
#include "query/shared_sweeps.h"

namespace imago {

struct CollectionStats {
  std::string name;
  uint64_t items = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;  // on disk
  std::string model;
  std::optional<double> recall_estimate;  // of approximate indexes, as SearchPlan's
};

// What a PUT brings.
struct Upload {
  std::string id;
  std::string bytes;  // the picture file; none where kind is kCaption
  std::string caption;
  std::string metadata_json = "{}";
  MediaKind kind = MediaKind::kImage;  // or kCaption: the caption is all there is, not empty
};

// Thread-safe.
class Engine {
 public:
  // With the model that the configuration asks for.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const Config& config);
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const Config& config,
                                                      std::unique_ptr<Encoder> encoder);
  ~Engine();  // cancels imports, waits for them, flushes

  const Config& config() const;
  const Encoder& encoder() const;
  const EventExtractor& extractor() const;

  // Names are [a-z0-9_-]{1,64}. Opened when first asked for; created when `create` says so, else
  // kNotFound. kFailedPrecondition when its vectors come from another model.
  absl::StatusOr<std::shared_ptr<Collection>> GetCollection(const std::string& name,
                                                            bool create = false);
  std::vector<std::string> ListCollections() const;
  // Waits for requests that use it, at most 10 s (kUnavailable); kFailedPrecondition while an
  // import into it is queued or running.
  absl::Status DropCollection(const std::string& name);
  absl::StatusOr<CollectionStats> Stats(const std::string& name);

  // Events among the terms are looked for as event_search.h says; kInvalidArgument names a type or
  // role that is not known, with the nearest names. Searches that come at the same time share
  // sweeps over the rows (shared_sweeps.h). kDeadlineExceeded after the query's timeout or the
  // limits' deadline, whichever is sooner; kCancelled when the client has left.
  absl::StatusOr<Answer> Search(const std::string& collection, const Query& query,
                                const SearchLimits& limits = {});
  SweepCounts sweep_counts() const;
  absl::StatusOr<uint64_t> Count(const std::string& collection, const Filter& filter);
  // The picture of a query or to embed, made ready for the encoder. Decoded where uploads are: in a
  // process apart when the configuration says so. Errors as DecodeImage.
  absl::StatusOr<Image> DecodePicture(const std::string& bytes);
  // One vector for each content.
  absl::StatusOr<Embeddings> Embed(absl::Span<const Content> contents);
  // Which of the labels fits each picture best (query/classify.h). kInvalidArgument: no good labels
  // or templates. kNotFound: a collection or item that is not there.
  absl::StatusOr<Classification> Classify(const ClassifyRequest& request);

  // Writes the item, or all of it anew; creates the collection. Ids have 1 to 512 bytes of UTF-8
  // without control characters, captions and metadata at most 64 KiB. Bytes that the collection has
  // under any id are not embedded again. Undecodable pictures: as DecodeImage. The caption's events
  // are read and stored with the item.
  absl::StatusOr<Item> Put(const std::string& collection, Upload upload);
  absl::StatusOr<Item> GetItem(const std::string& collection, const std::string& id);
  // {"caption":..., "metadata":{...}}: replaces the caption and merges the metadata (RFC 7396 merge
  // patch).
  absl::StatusOr<Item> Patch(const std::string& collection, const std::string& id,
                             const std::string& patch_json);
  // As Collection::RefreshEvents.
  absl::StatusOr<uint64_t> RefreshEvents(const std::string& collection);
  // Ids that are not there are ignored; kNotFound when none is.
  absl::Status Remove(const std::string& collection, const std::vector<std::string>& ids);
  absl::StatusOr<std::string> Thumbnail(const std::string& collection, const std::string& id);
  // The picture file's bytes: the upload, or the file at the item's uri. kNotFound when it is gone,
  // and when it is another file by now (its SHA-256 differs).
  absl::StatusOr<std::string> Original(const std::string& collection, const std::string& id);

  // Imports run in the background, one after the other. Creates the collection; limits and decoder
  // are the configuration's. Returns the job's id.
  absl::StatusOr<std::string> StartImport(const std::string& collection,
                                          const ImportOptions& options);
  // The report of any job: queued, running, ended, or of an earlier run of the program; a job that
  // the program's end cut short is reported as failed.
  absl::StatusOr<ImportReport> GetImport(const std::string& job);
  std::vector<ImportReport> ListImports();  // oldest first
  // kFailedPrecondition when the job has ended.
  absl::Status PauseImport(const std::string& job);
  absl::Status ResumeImport(const std::string& job);
  absl::Status CancelImport(const std::string& job);
  // A new import of just the files that failed; kFailedPrecondition when the job has not ended or
  // nothing failed.
  absl::StatusOr<std::string> RetryFailed(const std::string& job);

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_ENGINE_H_
