#ifndef IMAGO_STORAGE_CHECK_BATCH_H_
#define IMAGO_STORAGE_CHECK_BATCH_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/store.h"

namespace imago {

// What every Store refuses, found before anything is written. `is_live` says whether the store has
// the item before the batch.
absl::Status CheckBatch(const WriteBatch& batch,
                        const std::function<absl::StatusOr<bool>(const std::string& id)>& is_live);

}  // namespace imago

#endif  // IMAGO_STORAGE_CHECK_BATCH_H_
