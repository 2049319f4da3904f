#ifndef IMAGO_INDEX_CHECK_ENTRY_H_
#define IMAGO_INDEX_CHECK_ENTRY_H_

#include <string>

#include "absl/status/status.h"
#include "index/collection.h"

namespace imago {

// The length of a vector; not a number when a value is none.
double LengthOf(const StoredVector& vector);
inline bool IsUnitLength(double length) { return length > 0.99 && length < 1.01; }

// What Collection::Write refuses.
absl::Status CheckEntry(const Entry& entry, const std::string& model, int dim);

}  // namespace imago

#endif  // IMAGO_INDEX_CHECK_ENTRY_H_
