#ifndef IMAGO_QUERY_FILTER_H_
#define IMAGO_QUERY_FILTER_H_

// Metadata conditions, as in
//   {"must":[{"key":"year","range":{"gte":2020}}],"must_not":[{"key":"tags","any":["draft"]}]}.
// An item passes when all of "must" hold, none of "must_not", and at least one of "should" where
// there are any. Each of their elements is a condition or such an object again, up to 8 deep, 256
// conditions in all.
//   {"key":K,"match":V} or {"key":K,"match":{"value":V}}   equals the string, number or boolean V
//   {"key":K,"match":{"text":T}}                           contains T; ASCII letters in any case
//   {"key":K,"any":[V, ...]}                               equals one of them
//   {"key":K,"range":{"gt":V,"gte":V,"lt":V,"lte":V}}      numbers, or strings: as moments in time
//                                                          when both read so (instant.h), else by
//                                                          their bytes
// Keys are paths into the item's metadata ("exif.camera"; lists on the way are looked through); the
// item's own fields are there as "id", "kind", "origin", "width", "height", "bytes", "modified_at"
// (a time, absent when unknown), "caption", "event.type" and "event.role.<role>" (whatever fills it
// in one of the item's events: the phrase and its head word, as they stand and with ASCII letters
// in lower case; role names in any case) unless the metadata has a key of that name. A value that
// is a list matches when one of its elements does; an absent value matches nothing.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
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
  // The same filters have the same text; "{}" for the empty one.
  std::string text() const;

 private:
  struct Node;
  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_FILTER_H_
