#ifndef IMAGO_QUERY_CONDITION_H_
#define IMAGO_QUERY_CONDITION_H_

// One condition of a filter, and whether an item meets it.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "query/instant.h"
#include "storage/item.h"

namespace imago {

// JSON's scalars. A long double holds every int64, uint64 and double exactly.
using Scalar = std::variant<bool, long double, std::string>;

struct Bound {
  Scalar value;  // a number or a string
  std::optional<Instant> instant;
};

// `any` are alternatives; `text` and the bounds must all hold, for one and the same value.
struct Condition {
  std::string key;
  std::optional<std::vector<Scalar>> any;
  std::optional<std::string> text;  // with ASCII letters in lower case
  std::optional<Bound> gt, gte, lt, lte;

  bool Holds(const Scalar& value) const;
};

std::string AsciiLower(std::string text);

// The values of one item; its metadata is parsed at most once, and only if a condition asks for it.
// Not thread-safe. `item` outlives this.
class ItemFields {
 public:
  explicit ItemFields(const Item& item);
  ~ItemFields();
  bool Meet(const Condition& condition);

 private:
  struct Metadata;
  bool MayHaveKey(const std::string& first_segment) const;

  const Item& item_;
  std::unique_ptr<Metadata> metadata_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_CONDITION_H_
