#include "embed/pickle.h"

#include <bit>
#include <cstring>
#include <unordered_map>

#include "fmt/format.h"

namespace imago {
namespace {

using Kind = PickleNode::Kind;

constexpr size_t kMaxNodes = 1'000'000;

absl::Status Broken(const std::string& what) { return absl::DataLossError("pickle: " + what); }

// The bytes, front to back. The first read beyond the end breaks it for good.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::string_view Take(uint64_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  // Little-endian, `size` bytes.
  uint64_t Number(size_t size) {
    uint64_t value = 0;
    const std::string_view taken = Take(size);
    for (size_t i = taken.size(); i > 0; --i)
      value = value << 8 | static_cast<uint8_t>(taken[i - 1]);
    return value;
  }
  std::string_view Line() {
    const size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      ok_ = false;
      return {};
    }
    const std::string_view line = Take(end);
    Take(1);
    return line;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

class Machine {
 public:
  explicit Machine(std::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<Pickle> Run() {
    while (!stopped_) {
      const auto opcode = static_cast<uint8_t>(bytes_.Number(1));
      if (!bytes_.ok()) return Broken("it ends without STOP");
      if (!Step(opcode)) {
        if (!bytes_.ok()) return Broken("it is torn");
        if (!known_) {
          return absl::UnimplementedError(
              fmt::format("pickle: opcode 0x{:02x} is none of those of checkpoints", opcode));
        }
        return Broken(fmt::format("opcode 0x{:02x} does not fit what is before it", opcode));
      }
      if (!bytes_.ok()) return Broken("it is torn");
      if (pickle_.nodes.size() > kMaxNodes) {
        return Broken(fmt::format("it makes more than {} values", kMaxNodes));
      }
    }
    return std::move(pickle_);
  }

 private:
  PickleNode* New(Kind kind) {
    pickle_.nodes.push_back({});
    pickle_.nodes.back().kind = kind;
    return &pickle_.nodes.back();
  }
  bool Push(PickleNode* node) {
    stack_.push_back(node);
    return true;
  }
  bool PushInteger(Kind kind, int64_t value) {
    PickleNode* node = New(kind);
    node->integer = value;
    return Push(node);
  }
  bool PushText(Kind kind, std::string_view text) {
    PickleNode* node = New(kind);
    node->text = std::string(text);
    return Push(node);
  }
  // Nothing below the last mark can be popped.
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleNode* Pop() {
    if (stack_.size() <= Floor()) return nullptr;
    PickleNode* node = stack_.back();
    stack_.pop_back();
    return node;
  }
  PickleNode* Top() { return stack_.size() <= Floor() ? nullptr : stack_.back(); }
  bool PopToMark(std::vector<PickleNode*>& nodes) {
    if (marks_.empty()) return false;
    nodes.assign(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return true;
  }

  bool PushTuple(size_t count) {
    if (stack_.size() - Floor() < count) return false;
    PickleNode* tuple = New(Kind::kSequence);
    tuple->children.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return Push(tuple);
  }
  bool PushMarkedTuple() {
    std::vector<PickleNode*> nodes;
    if (!PopToMark(nodes)) return false;
    PickleNode* tuple = New(Kind::kSequence);
    tuple->children.assign(nodes.begin(), nodes.end());
    return Push(tuple);
  }
  bool Append(const std::vector<PickleNode*>& nodes) {
    PickleNode* list = Top();
    if (list == nullptr || list->kind != Kind::kSequence) return false;
    list->children.insert(list->children.end(), nodes.begin(), nodes.end());
    return true;
  }
  // Into a dict, or what a call returned (an OrderedDict).
  bool SetItems(const std::vector<PickleNode*>& nodes) {
    PickleNode* dict = Top();
    if (dict == nullptr || nodes.size() % 2 != 0) return false;
    if (dict->kind != Kind::kDict && dict->kind != Kind::kCall) return false;
    for (size_t i = 0; i < nodes.size(); i += 2) dict->pairs.emplace_back(nodes[i], nodes[i + 1]);
    return true;
  }
  // A class or function and its arguments, from the stack.
  bool Make(Kind kind) {
    PickleNode* arguments = Pop();
    PickleNode* what = Pop();
    if (arguments == nullptr || what == nullptr || what->kind != Kind::kGlobal) return false;
    if (arguments->kind != Kind::kSequence) return false;
    PickleNode* node = New(kind);
    node->children = {what, arguments};
    return Push(node);
  }
  bool Build() {
    PickleNode* state = Pop();
    PickleNode* object = Top();
    if (state == nullptr || object == nullptr) return false;
    // What is set on an OrderedDict ("_metadata") is of no interest.
    if (object->kind == Kind::kCall) return true;
    if (object->kind != Kind::kObject || object->children.size() != 2) return false;
    object->children.push_back(state);
    return true;
  }
  bool PushPersistent() {
    PickleNode* name = Pop();
    if (name == nullptr) return false;
    PickleNode* node = New(Kind::kPersistent);
    node->children = {name};
    return Push(node);
  }
  bool PushGlobal(std::string_view module, std::string_view name) {
    return PushText(Kind::kGlobal, std::string(module) + "." + std::string(name));
  }
  bool PushStackGlobal() {
    PickleNode* name = Pop();
    PickleNode* module = Pop();
    if (name == nullptr || module == nullptr) return false;
    if (name->kind != Kind::kText || module->kind != Kind::kText) return false;
    return PushGlobal(module->text, name->text);
  }
  // Little-endian two's complement of at most 8 bytes.
  bool PushLong(size_t size) {
    if (size > 8) return false;
    uint64_t value = bytes_.Number(size);
    const bool negative = size > 0 && size < 8 && (value >> (8 * size - 1)) != 0;
    if (negative) value |= ~uint64_t{0} << (8 * size);
    return PushInteger(Kind::kInteger, static_cast<int64_t>(value));
  }
  bool PushFloat() {
    PickleNode* node = New(Kind::kFloat);
    node->number = std::bit_cast<double>(__builtin_bswap64(bytes_.Number(8)));
    return Push(node);
  }
  bool Remember(uint64_t index) {
    PickleNode* top = Top();
    if (top == nullptr) return false;
    memo_[index] = top;
    return true;
  }
  bool Recall(uint64_t index) {
    const auto found = memo_.find(index);
    return found != memo_.end() && Push(found->second);
  }
  bool Stop() {
    stopped_ = stack_.size() == 1 && marks_.empty();
    if (stopped_) pickle_.root = stack_.back();
    return stopped_;
  }

  bool Step(uint8_t opcode);
  bool StepContainer(uint8_t opcode);
  bool StepValue(uint8_t opcode);

  Bytes bytes_;
  Pickle pickle_;
  std::vector<PickleNode*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleNode*> memo_;
  bool stopped_ = false;
  bool known_ = true;
};

bool Machine::Step(uint8_t opcode) {
  switch (opcode) {
    case 0x80: {  // PROTO
      const uint64_t protocol = bytes_.Number(1);
      return protocol >= 2 && protocol <= 4;
    }
    case 0x95:  // FRAME: its length is no news
      bytes_.Take(8);
      return true;
    case '.':
      return Stop();
    case 'q':
      return Remember(bytes_.Number(1));
    case 'r':
      return Remember(bytes_.Number(4));
    case 0x94:
      return Remember(memo_.size());
    case 'h':
      return Recall(bytes_.Number(1));
    case 'j':
      return Recall(bytes_.Number(4));
    case 'c': {
      const std::string_view module = bytes_.Line();
      return PushGlobal(module, bytes_.Line());
    }
    case 0x93:
      return PushStackGlobal();
    case 'R':
      return Make(Kind::kCall);
    case 0x81:
      return Make(Kind::kObject);
    case 'b':
      return Build();
    case 'Q':
      return PushPersistent();
    default:
      return StepContainer(opcode);
  }
}

bool Machine::StepContainer(uint8_t opcode) {
  std::vector<PickleNode*> nodes;
  switch (opcode) {
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case ')':
      return PushTuple(0);
    case 0x85:
      return PushTuple(1);
    case 0x86:
      return PushTuple(2);
    case 0x87:
      return PushTuple(3);
    case 't':
      return PushMarkedTuple();
    case ']':
      return Push(New(Kind::kSequence));
    case 'a':
      nodes = {Pop()};
      return nodes[0] != nullptr && Append(nodes);
    case 'e':
      return PopToMark(nodes) && Append(nodes);
    case '}':
      return Push(New(Kind::kDict));
    case 's':
      nodes = {Pop(), Pop()};
      std::swap(nodes[0], nodes[1]);
      return nodes[0] != nullptr && nodes[1] != nullptr && SetItems(nodes);
    case 'u':
      return PopToMark(nodes) && SetItems(nodes);
    default:
      return StepValue(opcode);
  }
}

bool Machine::StepValue(uint8_t opcode) {
  switch (opcode) {
    case 'N':
      return Push(New(Kind::kNone));
    case 0x88:
      return PushInteger(Kind::kBool, 1);
    case 0x89:
      return PushInteger(Kind::kBool, 0);
    case 'K':
      return PushInteger(Kind::kInteger, static_cast<int64_t>(bytes_.Number(1)));
    case 'M':
      return PushInteger(Kind::kInteger, static_cast<int64_t>(bytes_.Number(2)));
    case 'J':
      return PushInteger(Kind::kInteger, static_cast<int32_t>(bytes_.Number(4)));
    case 0x8a:
      return PushLong(bytes_.Number(1));
    case 'G':
      return PushFloat();
    case 'X':
      return PushText(Kind::kText, bytes_.Take(bytes_.Number(4)));
    case 0x8c:
      return PushText(Kind::kText, bytes_.Take(bytes_.Number(1)));
    default:
      known_ = false;
      return false;
  }
}

}  // namespace

absl::StatusOr<Pickle> ParsePickle(std::string_view bytes) { return Machine(bytes).Run(); }

}  // namespace imago
