#include "query/engine.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "fmt/format.h"
#include "index/device_queue.h"
#include "query/collections.h"
#include "query/edit.h"
#include "query/event_search.h"
#include "query/import_history.h"
#include "query/import_queue.h"
#include "query/picture_rows.h"
#include "query/search.h"
#include "query/term_encoder.h"
#include "query/text_events.h"
#include "query/uploads.h"
#include "spdlog/spdlog.h"
#include "storage/sha256.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

Config WithDefaults(Config config) {
  if (config.data_dir.empty()) config.data_dir = DefaultDataDir();
  return config;
}

CollectionOptions OptionsOf(const Config& config, const EventExtractor& extractor) {
  CollectionOptions options;
  options.index = config.index;
  if (config.index.kind == IndexKind::kGpu && config.index.device == nullptr) {
    options.index.device = OpenDeviceQueue(config.index.gpu_memory_mb);
  }
  options.extractor = &extractor;
  return options;
}

SweepRules RulesOf(const Config& config) {
  const size_t cores = std::thread::hardware_concurrency();
  SweepRules rules;
  rules.max_running =
      std::max<size_t>(1, cores / static_cast<size_t>(std::max(1, config.index.threads)));
  return rules;
}

SearchLimits LimitsOf(const Query& query, SearchLimits limits) {
  if (query.timeout_ms > 0) {
    const auto own = std::chrono::steady_clock::now() + std::chrono::milliseconds(query.timeout_ms);
    limits.deadline = std::min(limits.deadline, own);
  }
  return limits;
}

absl::StatusOr<std::string> ReadOriginalFile(const Item& item, int64_t max_bytes) {
  auto bytes = ReadFile(item.uri, max_bytes);
  if (bytes.ok() && Sha256(*bytes) != item.sha256) {
    return absl::NotFoundError(
        fmt::format("{} has changed since it was indexed: it is another file now", item.uri));
  }
  return bytes;
}

}  // namespace

struct Engine::Impl {
  Impl(const Config& configuration, std::unique_ptr<Encoder> an_encoder,
       std::unique_ptr<EventExtractor> an_extractor)
      : config(WithDefaults(configuration)),
        encoder(std::move(an_encoder)),
        extractor(std::move(an_extractor)),
        collections((fs::path(config.data_dir) / "collections").string(), encoder->model(),
                    encoder->dim(), OptionsOf(config, *extractor)),
        terms(*encoder),
        sweeps(RulesOf(config)),
        planner(config.search_target_ms),
        events(*encoder, extractor->ontology()),
        classifier(*encoder),
        uploads(*encoder, config.decode, config.decode_worker),
        imports(std::make_unique<ImportQueue>(*encoder)) {}

  absl::StatusOr<Answer> Search(Collection& collection, const Query& query,
                                const SearchLimits& limits) {
    if (auto status = limits.Check(); !status.ok()) return status;
    Query asked = query;
    std::vector<ReadAs> read_as;
    std::vector<size_t> origin;
    if (query.read_events) {
      auto status = ReadTextAsEvents(*extractor, asked, read_as, origin);
      if (!status.ok()) return status;
    }
    auto answer = HasEvents(asked)
                      ? SearchEvents(collection, {*extractor, events, terms}, asked)
                      : imago::Search(collection, terms, asked, {&sweeps, &planner, limits});
    if (!answer.ok()) return answer;
    answer->read_as = std::move(read_as);
    if (origin.empty()) return answer;
    for (Hit& hit : answer->hits) {
      for (EventMatch& match : hit.matches) match.term = origin[match.term];
    }
    return answer;
  }

  // The mean over the rows; none until all of it has been measured.
  std::optional<double> RecallOf(const Snapshot& snapshot) const {
    double rows = 0, found = 0;
    for (const SegmentView& view : snapshot.segments) {
      const auto live = static_cast<double>(view.live_row_count);
      double recall = 1;
      if (view.segment->kind != IndexKind::kExact) {
        const auto probe = planner.Find(view.segment->index.get());
        if (!probe) return std::nullopt;
        recall = probe->recall;
      }
      rows += live;
      found += live * recall;
    }
    return rows == 0 ? 1 : found / rows;
  }

  // Of a job that the queue does not know, says what is known of it from its record.
  absl::Status Steer(const std::string& job, const std::function<absl::Status()>& order) {
    const absl::Status status = order();
    if (!absl::IsNotFound(status)) return status;
    const auto known = FindImport(collections, *imports, job);
    if (!known.ok()) return known.status();
    return absl::FailedPreconditionError(
        fmt::format("import \"{}\" has ended: {}", job, ImportStateName(known->report.state)));
  }

  const Config config;
  const std::unique_ptr<Encoder> encoder;
  const std::unique_ptr<EventExtractor> extractor;
  Collections collections;
  TermEncoder terms;
  SharedSweeps sweeps;
  Planner planner;
  EventTables events;
  Classifier classifier;
  Uploads uploads;
  std::mutex edits;  // held while an item is read, changed and written back
  std::unique_ptr<ImportQueue> imports;
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() {
  impl_->imports.reset();
  const auto closed = impl_->collections.Close();
  if (!closed.ok()) spdlog::error("closing: {}", std::string(closed.message()));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const Config& config) {
  const auto dir = ResolveModelDir(config);
  if (!dir.ok()) return dir.status();
  auto encoder = OpenEncoder(*dir, config.encoder);
  if (!encoder.ok()) return encoder.status();
  return Open(config, *std::move(encoder));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const Config& config,
                                                     std::unique_ptr<Encoder> encoder) {
  auto ontology = EventOntology::WithFile(config.ontology);
  if (!ontology.ok()) return ontology.status();
  auto extractor = OpenTextExtractor(*std::move(ontology));
  if (!extractor.ok()) return extractor.status();
  auto impl = std::make_unique<Impl>(config, std::move(encoder), *std::move(extractor));
  std::error_code error;
  const fs::path dir = fs::path(impl->config.data_dir) / "collections";
  fs::create_directories(dir, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot make folder {}: {}", dir.string(), error.message()));
  }
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

const Config& Engine::config() const { return impl_->config; }
const Encoder& Engine::encoder() const { return *impl_->encoder; }
const EventExtractor& Engine::extractor() const { return *impl_->extractor; }

absl::StatusOr<std::shared_ptr<Collection>> Engine::GetCollection(const std::string& name,
                                                                  bool create) {
  return impl_->collections.Get(name, create);
}

std::vector<std::string> Engine::ListCollections() const { return impl_->collections.List(); }

absl::Status Engine::DropCollection(const std::string& name) {
  if (impl_->imports->Busy(name)) {
    return absl::FailedPreconditionError(
        fmt::format("an import into collection \"{}\" is queued or running", name));
  }
  return impl_->collections.Drop(name);
}

absl::StatusOr<CollectionStats> Engine::Stats(const std::string& name) {
  const auto collection = GetCollection(name);
  if (!collection.ok()) return collection.status();
  const auto snapshot = (*collection)->snapshot();
  CollectionStats stats;
  stats.name = name;
  stats.items = snapshot->live_items;
  stats.rows = snapshot->live_rows;
  stats.bytes = impl_->collections.Bytes(name);
  stats.model = snapshot->model;
  stats.recall_estimate = impl_->RecallOf(*snapshot);
  return stats;
}

absl::StatusOr<Answer> Engine::Search(const std::string& collection, const Query& query,
                                      const SearchLimits& limits) {
  const SearchLimits all_limits = LimitsOf(query, limits);
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  return impl_->Search(**found, query, all_limits);
}

SweepCounts Engine::sweep_counts() const { return impl_->sweeps.counts(); }

absl::StatusOr<uint64_t> Engine::Count(const std::string& collection, const Filter& filter) {
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  return CountMatches(*(*found)->snapshot(), filter);
}

absl::StatusOr<Image> Engine::DecodePicture(const std::string& bytes) {
  auto prepared = impl_->uploads.Decode(bytes);
  if (!prepared.ok()) return prepared.status();
  return std::move(prepared->input);
}

absl::StatusOr<Embeddings> Engine::Embed(absl::Span<const Content> contents) {
  return impl_->encoder->Encode(contents);
}

absl::StatusOr<Classification> Engine::Classify(const ClassifyRequest& request) {
  if (auto status = CheckLabelPrompts(request.prompts); !status.ok()) return status;
  const auto rows = PictureRows(*impl_->encoder, impl_->collections, request.pictures);
  if (!rows.ok()) return rows.status();
  return impl_->classifier.Classify(*rows, request.prompts, request.top);
}

absl::StatusOr<Item> Engine::Put(const std::string& collection, Upload upload) {
  if (auto status = CheckId(upload.id); !status.ok()) return status;
  if (auto status = CheckCaption(upload.caption); !status.ok()) return status;
  auto metadata = CheckMetadata(upload.metadata_json);
  if (!metadata.ok()) return metadata.status();
  const auto found = GetCollection(collection, /*create=*/true);
  if (!found.ok()) return found.status();
  Item item;
  item.id = std::move(upload.id);
  item.caption = std::move(upload.caption);
  item.metadata_json = *std::move(metadata);
  item.kind = upload.kind;
  std::vector<Entry> entries(1);
  if (upload.kind == MediaKind::kCaption) {
    if (item.caption.empty()) return absl::InvalidArgumentError("caption: must not be empty");
    entries[0].item = std::move(item);
  } else {
    auto entry = impl_->uploads.MakeEntry(**found, std::move(item), std::move(upload.bytes));
    if (!entry.ok()) return entry.status();
    entries[0] = *std::move(entry);
  }
  const std::string id = entries[0].item.id;
  const std::lock_guard lock(impl_->edits);
  if (auto status = (*found)->Write(std::move(entries)); !status.ok()) return status;
  return GetItem(collection, id);
}

absl::StatusOr<Item> Engine::GetItem(const std::string& collection, const std::string& id) {
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  auto item = (*found)->store().GetItem(id);
  if (absl::IsNotFound(item.status())) {
    return absl::NotFoundError(fmt::format("there is no item \"{}\" in \"{}\"", id, collection));
  }
  return item;
}

absl::StatusOr<Item> Engine::Patch(const std::string& collection, const std::string& id,
                                   const std::string& patch_json) {
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  const std::lock_guard lock(impl_->edits);
  auto item = GetItem(collection, id);
  if (!item.ok()) return item.status();
  auto patched = PatchItem(*std::move(item), patch_json);
  if (!patched.ok()) return patched.status();
  if (auto status = (*found)->UpdateItem(*patched); !status.ok()) return status;
  return GetItem(collection, id);
}

absl::StatusOr<uint64_t> Engine::RefreshEvents(const std::string& collection) {
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  return (*found)->RefreshEvents();
}

absl::Status Engine::Remove(const std::string& collection, const std::vector<std::string>& ids) {
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  const std::lock_guard lock(impl_->edits);
  absl::Status missing;
  std::vector<std::string> present;
  for (const std::string& id : ids) {
    const auto item = GetItem(collection, id);
    if (item.ok()) {
      present.push_back(id);
    } else if (absl::IsNotFound(item.status())) {
      missing.Update(item.status());
    } else {
      return item.status();
    }
  }
  return present.empty() ? missing : (*found)->Remove(present);
}

absl::StatusOr<std::string> Engine::Thumbnail(const std::string& collection,
                                              const std::string& id) {
  const auto item = GetItem(collection, id);
  if (!item.ok()) return item.status();
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  auto bytes = (*found)->store().GetBlob(kThumbnailBlob, id);
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(fmt::format("item \"{}\" has no thumbnail", id));
  }
  return bytes;
}

absl::StatusOr<std::string> Engine::Original(const std::string& collection, const std::string& id) {
  const auto item = GetItem(collection, id);
  if (!item.ok()) return item.status();
  if (item->kind == MediaKind::kCaption) {
    return absl::NotFoundError(fmt::format("item \"{}\" is a caption without a picture", id));
  }
  if (item->uri != "blob:") return ReadOriginalFile(*item, impl_->config.decode.max_bytes);
  const auto found = GetCollection(collection);
  if (!found.ok()) return found.status();
  return (*found)->store().GetBlob(kOriginalBlob, id);
}

absl::StatusOr<std::string> Engine::StartImport(const std::string& collection,
                                                const ImportOptions& options) {
  auto found = GetCollection(collection, /*create=*/true);
  if (!found.ok()) return found.status();
  ImportOptions configured = options;
  configured.decode = impl_->config.decode;
  configured.decode_worker = impl_->config.decode_worker;
  return impl_->imports->Start({collection, *std::move(found)}, configured);
}

absl::StatusOr<ImportReport> Engine::GetImport(const std::string& job) {
  auto known = FindImport(impl_->collections, *impl_->imports, job);
  if (!known.ok()) return known.status();
  return std::move(known->report);
}

std::vector<ImportReport> Engine::ListImports() {
  return ListAllImports(impl_->collections, *impl_->imports);
}

absl::Status Engine::PauseImport(const std::string& job) {
  return impl_->Steer(job, [&] { return impl_->imports->SetPaused(job, true); });
}

absl::Status Engine::ResumeImport(const std::string& job) {
  return impl_->Steer(job, [&] { return impl_->imports->SetPaused(job, false); });
}

absl::Status Engine::CancelImport(const std::string& job) {
  return impl_->Steer(job, [&] { return impl_->imports->Cancel(job); });
}

absl::StatusOr<std::string> Engine::RetryFailed(const std::string& job) {
  const auto known = FindImport(impl_->collections, *impl_->imports, job);
  if (!known.ok()) return known.status();
  if (!HasEnded(known->report.state) || known->report.failed.empty()) {
    return absl::FailedPreconditionError(
        fmt::format("import \"{}\" {}", job,
                    HasEnded(known->report.state) ? "has no failed files" : "has not ended"));
  }
  ImportOptions options;
  for (const FailedFile& file : known->report.failed) options.only.push_back(file.path);
  return StartImport(known->collection, options);
}

}  // namespace imago
