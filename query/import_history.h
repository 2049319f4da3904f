#ifndef IMAGO_QUERY_IMPORT_HISTORY_H_
#define IMAGO_QUERY_IMPORT_HISTORY_H_

// The imports of this run of the program and, from their records in the stores, of earlier ones.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/importer.h"
#include "query/collections.h"
#include "query/import_queue.h"

namespace imago {

struct KnownImport {
  ImportReport report;
  std::string collection;
};

// kNotFound when there is no such job.
absl::StatusOr<KnownImport> FindImport(Collections& collections, const ImportQueue& queue,
                                       const std::string& job);
// By job id, which is by time. Collections that cannot be opened are passed over.
std::vector<ImportReport> ListAllImports(Collections& collections, const ImportQueue& queue);

}  // namespace imago

#endif  // IMAGO_QUERY_IMPORT_HISTORY_H_
