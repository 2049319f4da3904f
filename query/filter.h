#ifndef IMAGO_QUERY_FILTER_H_
#define IMAGO_QUERY_FILTER_H_

// Metadata conditions, as in
// {"must":[{"key":"year","range":{"gte":2020}}],"must_not":[{"key":"tags","any":["draft"]}]}. Keys
// are paths into the item's metadata ("exif.camera"); the item's own fields are there as "id",
// "kind", "origin", "width", "height", "bytes", "modified_at" and "caption" unless the metadata has
// a key of that name. A value that is a list matches when one of its elements does.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kernels/row_mask.h"
#include "storage/item.h"

namespace imago {

// A compiled filter; empty matches everything. Cheap to copy.
class Filter {
 public:
  Filter() = default;
  // From the JSON object's text. Errors name the place ("filter.must[0].range.gte: ...").
  static absl::StatusOr<Filter> Parse(const std::string& json);

  bool empty() const { return root_ == nullptr; }
  bool Matches(const Item& item) const;

 private:
  struct Node;
  std::shared_ptr<const Node> root_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_FILTER_H_
