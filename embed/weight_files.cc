#include "embed/weight_files.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "embed/decode_image.h"
#include "embed/shard_index.h"
#include "fmt/format.h"

namespace imago {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxIndexBytes = 64 << 20;

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

std::string FirstBytes(const std::string& path, size_t count) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

absl::StatusOr<WeightFiles> WeightFiles::Open(const std::string& path) {
  WeightFiles files;
  const std::string start = FirstBytes(path, 2);
  absl::Status status;
  if (EndsWith(path, ".index.json")) {
    status = files.OpenSharded(path);
  } else if (start == "PK") {
    status = files.OpenTorch(path);
  } else if (start == "\x80\x02") {
    status = absl::UnimplementedError(fmt::format(
        "{} was written by PyTorch before 1.6: load it there and save its state_dict again", path));
  } else {
    status = files.AddShard(path);
  }
  if (!status.ok()) return status;
  return files;
}

absl::Status WeightFiles::AddShard(const std::string& path) {
  auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  for (const auto& [name, info] : file->tensors()) {
    if (!tensors_.emplace(name, WeightInfo{info.type, info.shape}).second) {
      return absl::DataLossError(fmt::format("{}: tensor {} comes twice", path, name));
    }
    shard_of_[name] = shards_.size();
  }
  if (shards_.empty()) metadata_ = file->metadata();
  shards_.push_back(*std::move(file));
  return absl::OkStatus();
}

absl::Status WeightFiles::OpenSharded(const std::string& index_path) {
  const auto json = ReadFile(index_path, kMaxIndexBytes);
  if (!json.ok()) return json.status();
  const auto index = ParseShardIndex(*json);
  if (!index.ok()) return Named(index_path, index.status());
  for (const std::string& name : index->files) {
    const std::string path = (fs::path(index_path).parent_path() / name).string();
    if (auto status = AddShard(path); !status.ok()) return status;
    for (const auto& [tensor, info] : shards_.back().tensors()) {
      const auto expected = index->file_of.find(tensor);
      if (expected == index->file_of.end() || expected->second != name) {
        return absl::DataLossError(
            fmt::format("{}: {} holds {}, the index says otherwise", index_path, name, tensor));
      }
    }
  }
  for (const auto& [tensor, name] : index->file_of) {
    if (!Has(tensor)) {
      return absl::DataLossError(fmt::format("{}: {} lacks {}", index_path, name, tensor));
    }
  }
  return absl::OkStatus();
}

absl::Status WeightFiles::OpenTorch(const std::string& path) {
  auto archive = TorchArchive::Open(path);
  if (!archive.ok()) return Named(path, archive.status());
  for (const auto& [name, tensor] : archive->tensors()) {
    tensors_[name] = {tensor.type, tensor.shape};
  }
  archive_ = *std::move(archive);
  return absl::OkStatus();
}

absl::StatusOr<std::string> WeightFiles::Read(const std::string& name) const {
  if (archive_) return archive_->Read(name);
  const auto shard = shard_of_.find(name);
  if (shard == shard_of_.end()) return absl::NotFoundError(fmt::format("no tensor {}", name));
  const SafetensorsFile& file = shards_[shard->second];
  const TensorInfo& info = file.tensors().at(name);
  return std::string(reinterpret_cast<const char*>(file.data(info)), info.end - info.begin);
}

}  // namespace imago
