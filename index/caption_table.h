#ifndef IMAGO_INDEX_CAPTION_TABLE_H_
#define IMAGO_INDEX_CAPTION_TABLE_H_

// Captions in bulk: a table (embed/tsv.h) with the columns "caption" and "file" or "id".

#include <string>

#include "absl/status/status.h"
#include "index/collection.h"
#include "index/import_progress.h"

namespace imago {

// The table that `path` is by its name, which ends in ".tsv", or a line of which it is as in
// "captions.tsv:12"; else empty.
std::string CaptionTableOf(const std::string& path);

// Writes the captions of the table at `path`. Each belongs to the item with the id given, to the
// one whose id is the name given joined to the table's folder, or to the one whose file that is.
// Where there is no such item, it becomes one of its own, a caption without a picture, under the id
// given or, in a column "file", under the joined name: so a picture of that name that comes later
// takes it over. Several captions of one item are its caption's lines. Items that have theirs
// already are skipped. Counts items; a line that is no good, and a table that cannot be read, are
// failures
// ("captions.tsv:12"). Stops between batches when the import is cancelled. A Status is trouble with
// the collection.
absl::Status ImportCaptions(Collection& collection, const std::string& path,
                            ImportProgress& progress);

}  // namespace imago

#endif  // IMAGO_INDEX_CAPTION_TABLE_H_
