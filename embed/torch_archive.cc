#include "embed/torch_archive.h"

#include <cstring>
#include <utility>

#include "embed/pickle.h"
#include "embed/safetensors_header.h"
#include "embed/torch_pickle.h"
#include "fmt/format.h"

namespace imago {
namespace {

constexpr uint64_t kMaxPickleBytes = 64 << 20;
constexpr uint64_t kMaxSharing = 4;

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// The folder that all lies in: "<name>/", of the only <name>/data.pkl.
absl::StatusOr<std::string> FindRoot(const ZipArchive& zip) {
  std::string root;
  for (const auto& [name, size] : zip.entries()) {
    if (!EndsWith(name, "/data.pkl") || name.find('/') != name.size() - 9) continue;
    if (!root.empty()) return absl::DataLossError("more than one data.pkl in the archive");
    root = name.substr(0, name.size() - 8);
  }
  if (!root.empty()) return root;
  return absl::InvalidArgumentError("no PyTorch file: there is no data.pkl in the archive");
}

bool IsContiguous(const TorchTensor& tensor) {
  int64_t stride = 1;
  for (size_t i = tensor.shape.size(); i > 0; --i) {
    if (tensor.shape[i - 1] != 1 && tensor.strides[i - 1] != stride) return false;
    stride *= tensor.shape[i - 1];
  }
  return true;
}

// The position beyond the last element; -1 when that is beyond any storage.
int64_t EndOf(const TorchTensor& tensor) {
  int64_t last = tensor.offset;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t reach = 0;
    if (tensor.shape[i] == 0) return 0;
    if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach)) return -1;
    if (__builtin_add_overflow(last, reach, &last)) return -1;
  }
  return __builtin_add_overflow(last, 1, &last) ? -1 : last;
}

// Element by element in C order, by an odometer over the shape.
std::string Gather(const TorchTensor& tensor, const std::string& storage, uint64_t bytes) {
  const size_t size = TensorTypeSize(tensor.type);
  std::string out(bytes, '\0');
  std::vector<int64_t> at(tensor.shape.size(), 0);
  int64_t position = tensor.offset;
  for (uint64_t done = 0; done < bytes; done += size) {
    std::memcpy(&out[done], &storage[static_cast<size_t>(position) * size], size);
    for (size_t axis = at.size(); axis > 0; --axis) {
      position += tensor.strides[axis - 1];
      if (++at[axis - 1] < tensor.shape[axis - 1]) break;
      position -= tensor.strides[axis - 1] * tensor.shape[axis - 1];
      at[axis - 1] = 0;
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<TorchArchive> TorchArchive::Open(const std::string& path) {
  return Make(ZipArchive::Open(path));
}

absl::StatusOr<TorchArchive> TorchArchive::Parse(std::string bytes) {
  return Make(ZipArchive::Parse(std::move(bytes)));
}

absl::StatusOr<TorchArchive> TorchArchive::Make(absl::StatusOr<ZipArchive> zip) {
  if (!zip.ok()) return zip.status();
  TorchArchive archive(*std::move(zip));
  if (auto status = archive.FindTensors(); !status.ok()) return status;
  if (auto status = archive.CheckTensors(); !status.ok()) return status;
  return archive;
}

absl::Status TorchArchive::FindTensors() {
  const auto root = FindRoot(zip_);
  if (!root.ok()) return root.status();
  if (zip_.entries().count(*root + "byteorder") != 0) {
    const auto order = zip_.Read(*root + "byteorder", 16);
    if (!order.ok()) return order.status();
    if (*order != "little") {
      return absl::UnimplementedError(fmt::format("the byte order is \"{}\", not little", *order));
    }
  }
  const auto bytes = zip_.Read(*root + "data.pkl", kMaxPickleBytes);
  if (!bytes.ok()) return bytes.status();
  const auto pickle = ParsePickle(*bytes);
  if (!pickle.ok()) return pickle.status();
  auto tensors = FindTorchTensors(*pickle);
  if (!tensors.ok()) return tensors.status();
  tensors_ = *std::move(tensors);
  for (auto& [name, tensor] : tensors_) tensor.entry = *root + "data/" + tensor.entry;
  return absl::OkStatus();
}

absl::Status TorchArchive::CheckTensors() const {
  uint64_t all = 0;
  for (const auto& [name, size] : zip_.entries()) {
    if (__builtin_add_overflow(all, size, &all)) return absl::DataLossError("zip: too large");
  }
  uint64_t total = 0;
  for (const auto& [name, tensor] : tensors_) {
    const auto entry = zip_.entries().find(tensor.entry);
    if (entry == zip_.entries().end()) {
      return absl::DataLossError(fmt::format("{}: there is no {}", name, tensor.entry));
    }
    const auto bytes = TensorBytes(tensor.type, tensor.shape);
    const auto storage = TensorBytes(tensor.type, {tensor.elements});
    const int64_t end = EndOf(tensor);
    const bool fits = bytes.ok() && storage.ok() && *storage == entry->second &&
                      *bytes <= *storage && end >= 0 && end <= tensor.elements;
    if (!fits) {
      return absl::DataLossError(
          fmt::format("{} does not fit {} of {} bytes", name, tensor.entry, entry->second));
    }
    total += *bytes;
    if (total / kMaxSharing > all) {
      return absl::DataLossError(fmt::format("{} and those before share too much", name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<const std::string*> TorchArchive::Storage(const TorchTensor& tensor) const {
  if (storage_entry_ == tensor.entry) return &storage_;
  storage_entry_.clear();
  const auto& sizes = zip_.entries();
  auto bytes = zip_.Read(tensor.entry, sizes.at(tensor.entry));
  if (!bytes.ok()) return bytes.status();
  storage_ = *std::move(bytes);
  storage_entry_ = tensor.entry;
  return &storage_;
}

absl::StatusOr<std::string> TorchArchive::Read(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    return absl::NotFoundError(fmt::format("no tensor \"{}\" in the archive", name));
  }
  const TorchTensor& tensor = found->second;
  const auto bytes = TensorBytes(tensor.type, tensor.shape);
  if (!bytes.ok()) return bytes.status();
  if (*bytes == 0) return std::string();
  const auto storage = Storage(tensor);
  if (!storage.ok()) return storage.status();
  if (!IsContiguous(tensor)) return Gather(tensor, **storage, *bytes);
  return (*storage)->substr(static_cast<size_t>(tensor.offset) * TensorTypeSize(tensor.type),
                            *bytes);
}

}  // namespace imago
