#ifndef IMAGO_EMBED_PICKLE_H_
#define IMAGO_EMBED_PICKLE_H_

// Python's pickle format (protocols 2 to 4) as far as checkpoints need it, read as data: nothing is
// imported, called or executed. A class or function is its name; calling one or making an object of
// it is a node that says so. Hostile bytes yield kDataLoss, opcodes beyond those of checkpoints
// kUnimplemented. Memory is linear in the bytes and ends at a million values.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct PickleNode {
  enum class Kind {
    kNone,
    kBool,        // integer
    kInteger,     // integer
    kFloat,       // number
    kText,        // text
    kSequence,    // children: a tuple or a list
    kDict,        // pairs
    kGlobal,      // text: "module.name"
    kCall,        // children: function, arguments
    kObject,      // children: class, arguments, and the state where one was set
    kPersistent,  // children: what names it
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<const PickleNode*> children;
  std::vector<std::pair<const PickleNode*, const PickleNode*>> pairs;
};

// The nodes may form cycles: whoever walks them must count its steps.
struct Pickle {
  std::deque<PickleNode> nodes;
  const PickleNode* root = nullptr;
};
absl::StatusOr<Pickle> ParsePickle(std::string_view bytes);

}  // namespace imago

#endif  // IMAGO_EMBED_PICKLE_H_
