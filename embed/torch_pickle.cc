#include "embed/torch_pickle.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "fmt/format.h"

namespace imago {
namespace {

using Kind = PickleNode::Kind;
using Tensors = std::map<std::string, TorchTensor>;

constexpr int kMaxDepth = 64;
constexpr int kMaxSteps = 1'000'000;
constexpr size_t kMaxNameBytes = 1024;

absl::Status Broken(const std::string& what) { return absl::DataLossError("data.pkl: " + what); }

constexpr std::array<std::pair<std::string_view, TensorType>, 6> kStorages = {
    {{"torch.FloatStorage", TensorType::kF32},
     {"torch.HalfStorage", TensorType::kF16},
     {"torch.BFloat16Storage", TensorType::kBF16},
     {"torch.LongStorage", TensorType::kI64},
     {"torch.IntStorage", TensorType::kI32},
     {"torch.ByteStorage", TensorType::kU8}}};

bool IsText(const PickleNode* node) { return node->kind == Kind::kText; }
bool IsInteger(const PickleNode* node) { return node->kind == Kind::kInteger; }

bool IsCallOf(const PickleNode* node, std::string_view function) {
  return node->kind == Kind::kCall && node->children[0]->text == function;
}

const std::vector<const PickleNode*>& Arguments(const PickleNode* call) {
  return call->children[1]->children;
}

// What may be named at all. Everything of a TorchScript module is below "__torch__".
bool IsKnown(std::string_view global) {
  constexpr std::string_view kNames[] = {"collections.OrderedDict",
                                         "torch._utils._rebuild_tensor_v2",
                                         "torch.Size",
                                         "torch._utils._rebuild_parameter",
                                         "torch.jit._pickle.build_intlist",
                                         "torch.jit._pickle.build_doublelist",
                                         "torch.jit._pickle.build_boollist",
                                         "torch.jit._pickle.build_tensorlist"};
  if (global.substr(0, 9) == "__torch__") return true;
  for (const auto& [name, type] : kStorages) {
    if (name == global) return true;
  }
  return std::find(std::begin(kNames), std::end(kNames), global) != std::end(kNames);
}

std::optional<std::vector<int64_t>> Sizes(const PickleNode* node) {
  if (IsCallOf(node, "torch.Size") && Arguments(node).size() == 1) node = Arguments(node)[0];
  if (node->kind != Kind::kSequence) return std::nullopt;
  std::vector<int64_t> sizes;
  for (const PickleNode* child : node->children) {
    if (!IsInteger(child) || child->integer < 0) return std::nullopt;
    sizes.push_back(child->integer);
  }
  return sizes;
}

// ("storage", class, key, device, number of elements)
absl::Status ReadStorage(const PickleNode* node, TorchTensor& tensor) {
  if (node->kind != Kind::kPersistent || node->children[0]->kind != Kind::kSequence) {
    return Broken("a tensor without a storage");
  }
  const auto& parts = node->children[0]->children;
  const bool fits = parts.size() == 5 && IsText(parts[0]) && parts[0]->text == "storage" &&
                    parts[1]->kind == Kind::kGlobal && IsText(parts[2]) && IsInteger(parts[4]) &&
                    parts[4]->integer >= 0;
  if (!fits) return Broken("a storage that is none");
  const auto* found = std::find_if(kStorages.begin(), kStorages.end(), [&](const auto& storage) {
    return storage.first == parts[1]->text;
  });
  if (found == kStorages.end()) {
    return absl::UnimplementedError(
        fmt::format("data.pkl: {} is not one that Imago reads", parts[1]->text));
  }
  tensor.type = found->second;
  tensor.entry = parts[2]->text;
  tensor.elements = parts[4]->integer;
  return absl::OkStatus();
}

// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks, ...)
absl::StatusOr<TorchTensor> ReadTensor(const PickleNode* call) {
  const auto& arguments = Arguments(call);
  if (arguments.size() < 4 || !IsInteger(arguments[1]) || arguments[1]->integer < 0) {
    return Broken("a tensor that is none");
  }
  TorchTensor tensor;
  if (auto status = ReadStorage(arguments[0], tensor); !status.ok()) return status;
  tensor.offset = arguments[1]->integer;
  auto shape = Sizes(arguments[2]);
  auto strides = Sizes(arguments[3]);
  if (!shape || !strides || shape->size() != strides->size()) {
    return Broken("a tensor without a shape");
  }
  tensor.shape = *std::move(shape);
  tensor.strides = *std::move(strides);
  // A stride that is never walked may be any number.
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] <= 1) tensor.strides[i] = 0;
  }
  return tensor;
}

class Walker {
 public:
  absl::Status Walk(const PickleNode* node, const std::string& name, int depth) {
    if (++steps_ > kMaxSteps || depth > kMaxDepth || name.size() > kMaxNameBytes) {
      return Broken("it goes in circles or too deep");
    }
    if (node->kind == Kind::kDict) return WalkPairs(node, name, depth);
    if (node->kind == Kind::kObject) {
      const bool has_state = node->children.size() == 3;
      return has_state ? Walk(node->children[2], name, depth + 1) : absl::OkStatus();
    }
    if (IsCallOf(node, "collections.OrderedDict")) return WalkPairs(node, name, depth);
    if (IsCallOf(node, "torch._utils._rebuild_parameter") && !Arguments(node).empty()) {
      return Walk(Arguments(node)[0], name, depth + 1);
    }
    if (!IsCallOf(node, "torch._utils._rebuild_tensor_v2")) return absl::OkStatus();
    auto tensor = ReadTensor(node);
    if (!tensor.ok()) {
      return absl::Status(tensor.status().code(),
                          fmt::format("{}: {}", name, std::string(tensor.status().message())));
    }
    if (tensors.emplace(name, *std::move(tensor)).second) return absl::OkStatus();
    return Broken(fmt::format("tensor {} comes twice", name));
  }

  Tensors tensors;

 private:
  absl::Status WalkPairs(const PickleNode* node, const std::string& name, int depth) {
    for (const auto& [key, value] : node->pairs) {
      if (!IsText(key)) continue;
      auto status = Walk(value, name.empty() ? key->text : name + "." + key->text, depth + 1);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  int steps_ = 0;
};

// The root, or the weights within a training checkpoint.
const PickleNode* FindWeights(const PickleNode* root) {
  for (const auto& [key, value] : root->pairs) {
    if (IsText(key) && (key->text == "state_dict" || key->text == "model_state_dict")) return value;
  }
  return root;
}

Tensors WithoutModule(Tensors tensors) {
  constexpr std::string_view kModule = "module.";
  const bool all = std::all_of(tensors.begin(), tensors.end(), [&](const auto& tensor) {
    return tensor.first.rfind(kModule, 0) == 0;
  });
  if (!all) return tensors;
  Tensors renamed;
  for (auto& [name, tensor] : tensors) renamed[name.substr(kModule.size())] = std::move(tensor);
  return renamed;
}

}  // namespace

absl::StatusOr<Tensors> FindTorchTensors(const Pickle& pickle) {
  for (const PickleNode& node : pickle.nodes) {
    if (node.kind == Kind::kGlobal && !IsKnown(node.text)) {
      return absl::UnimplementedError(
          fmt::format("data.pkl: {} is not one that Imago reads", node.text));
    }
  }
  Walker walker;
  if (auto status = walker.Walk(FindWeights(pickle.root), "", 0); !status.ok()) return status;
  return WithoutModule(std::move(walker.tensors));
}

}  // namespace imago
