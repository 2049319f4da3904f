#include "tests/support/torch_archive_writer.h"

#include <zlib.h>

#include <map>
#include <memory>

namespace imago {
namespace {

std::string Number(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string Text(const std::string& text) {
  return std::string("X").append(Number(text.size(), 4)).append(text);
}
std::string Integer(int64_t value) {
  return std::string("\x8a\x08").append(Number(static_cast<uint64_t>(value), 8));
}

const char* StorageOf(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return "FloatStorage";
    case TensorType::kF16:
      return "HalfStorage";
    case TensorType::kBF16:
      return "BFloat16Storage";
    case TensorType::kI64:
      return "LongStorage";
    case TensorType::kI32:
      return "IntStorage";
    case TensorType::kU8:
      return "ByteStorage";
  }
  return "";
}

std::string Tuple(const std::vector<int64_t>& values) {
  std::string out = "(";
  for (const int64_t value : values) out += Integer(value);
  return out + "t";
}

std::string PickleTensor(const TensorToWrite& tensor, size_t key) {
  std::vector<int64_t> strides(tensor.shape.size(), 1);
  for (size_t i = strides.size(); i > 1; --i) strides[i - 2] = strides[i - 1] * tensor.shape[i - 1];
  const auto count = static_cast<int64_t>(tensor.bytes.size() / TensorTypeSize(tensor.type));
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + Text("storage") + "ctorch\n" +
         StorageOf(tensor.type) + "\n" + Text(std::to_string(key)) + Text("cpu") + Integer(count) +
         "tQ" + Integer(0) + Tuple(tensor.shape) + Tuple(strides) + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}

// Modules within modules.
struct Node {
  std::map<std::string, std::unique_ptr<Node>> modules;
  std::map<std::string, std::string> tensors;  // pickled

  std::string Pickle() const {
    std::string out = "c__torch__.clip.model\nModule\n)\x81}(";
    for (const auto& [name, tensor] : tensors) out += Text(name) + tensor;
    for (const auto& [name, module] : modules) out += Text(name) + module->Pickle();
    return out + Text("training") + "\x88ub";
  }
};

std::string PickleModule(const std::vector<TensorToWrite>& tensors) {
  Node root;
  for (size_t i = 0; i < tensors.size(); ++i) {
    Node* node = &root;
    std::string name = tensors[i].name;
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.')) {
      auto& module = node->modules[name.substr(0, dot)];
      if (!module) module = std::make_unique<Node>();
      node = module.get();
      name = name.substr(dot + 1);
    }
    node->tensors[name] = PickleTensor(tensors[i], i);
  }
  return root.Pickle();
}

std::string PickleDictionary(const std::vector<TensorToWrite>& tensors) {
  std::string out = "}(";
  for (size_t i = 0; i < tensors.size(); ++i) {
    out += Text(tensors[i].name) + PickleTensor(tensors[i], i);
  }
  return out + "u";
}

// What a local and a central header have in common.
std::string EntryFacts(const std::string& name, const std::string& bytes) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  const uint64_t sum = crc32(crc32(0, nullptr, 0), data, static_cast<uInt>(bytes.size()));
  return Number(20, 2) + Number(0, 2) + Number(0, 2) + Number(0, 4) + Number(sum, 4) +
         Number(bytes.size(), 4) + Number(bytes.size(), 4) + Number(name.size(), 2) + Number(0, 2);
}

}  // namespace

std::string MakeZip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string file;
  std::string directory;
  for (const auto& [name, bytes] : entries) {
    directory += "PK\x01\x02" + Number(20, 2) + EntryFacts(name, bytes) + std::string(10, '\0') +
                 Number(file.size(), 4) + name;
    file += "PK\x03\x04" + EntryFacts(name, bytes) + name + bytes;
  }
  const std::string count = Number(entries.size(), 2);
  return file + directory + "PK\x05\x06" + Number(0, 4) + count + count +
         Number(directory.size(), 4) + Number(file.size(), 4) + Number(0, 2);
}

std::string MakeTorchArchive(const std::vector<TensorToWrite>& tensors, bool as_module) {
  const std::string pickle = as_module ? PickleModule(tensors) : PickleDictionary(tensors);
  std::vector<std::pair<std::string, std::string>> entries = {
      {"archive/data.pkl", "\x80\x02" + pickle + "."}};
  for (size_t i = 0; i < tensors.size(); ++i) {
    entries.emplace_back("archive/data/" + std::to_string(i), tensors[i].bytes);
  }
  if (as_module) entries.emplace_back("archive/code/__torch__/clip/model.py", "import os\n");
  entries.emplace_back("archive/version", "3\n");
  return MakeZip(entries);
}

}  // namespace imago
