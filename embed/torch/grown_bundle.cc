#include "embed/torch/grown_bundle.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "embed/decode_image.h"
#include "embed/torch/bundle_weights.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"

namespace imago {
namespace {

constexpr int64_t kMaxTextFile = 64 << 20;
constexpr size_t kTextPass = 64;

std::string PathIn(const std::string& dir, const std::string& name) {
  return (std::filesystem::path(dir) / name).string();
}

absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOf(const Bundle& bundle) {
  const auto bytes = ReadFile(PathIn(bundle.dir, bundle.config.tokenizer_file), kMaxTextFile);
  if (!bytes.ok()) return bytes.status();
  return NewTokenizer(bundle.config.tokenizer_kind, *bytes);
}

// A Markdown text with a section of this title, in the place of an earlier one.
std::string WithSection(std::string text, const GrownPart& part) {
  const std::string head = fmt::format("\n## {}\n", part.title);
  if (const size_t begin = text.find(head); begin != std::string::npos) {
    const size_t end = text.find("\n## ", begin + head.size());
    text.erase(begin, end == std::string::npos ? end : end - begin);
  }
  return fmt::format("{}{}\n{}\n", text, head, part.text);
}

// Empty where there is no file: a bundle may lack its card and its notice.
absl::StatusOr<std::string> ReadText(const std::string& path) {
  auto text = ReadFile(path, kMaxTextFile);
  if (absl::IsNotFound(text.status())) return std::string();
  return text;
}

absl::Status CopyBytes(const std::string& from, const std::string& to) {
  std::error_code same;
  if (std::filesystem::equivalent(from, to, same)) return absl::OkStatus();
  const auto bytes = ReadWholeFile(from);
  if (!bytes.ok()) return bytes.status();
  return WriteFileDurably(to, *bytes);
}

// The card with one more member.
std::string WithMember(const std::string& card, const GrownPart& part) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(card, nullptr, false);
  if (!json.is_object()) json = nlohmann::ordered_json::object();
  json[part.key] = nlohmann::ordered_json::parse(part.details, nullptr, false);
  return json.dump();
}

}  // namespace

absl::StatusOr<OpenStarter> OpenStarterBundle(const std::string& dir, bool bfloat16) {
  auto bundle = OpenBundle(dir);
  if (!bundle.ok()) return bundle.status();
  auto tokenizer = TokenizerOf(*bundle);
  if (!tokenizer.ok()) return tokenizer.status();
  auto model = ClipModel::Make(bundle->config, (*tokenizer)->vocab_size(), TowerInit::kNone);
  if (!model.ok()) return model.status();
  OpenStarter starter = {*std::move(bundle), *std::move(model), nullptr, nullptr,
                         *std::move(tokenizer)};
  starter.image = std::dynamic_pointer_cast<PosteriorTower>(starter.model->image);
  starter.text = std::dynamic_pointer_cast<CentredBert>(starter.model->text);
  if (!starter.image || !starter.text) {
    return absl::FailedPreconditionError(
        fmt::format("{} has towers \"{}\" and \"{}\", it must be a bundle of imago train clip", dir,
                    starter.bundle.config.image_tower.kind, starter.bundle.config.text_tower.kind));
  }
  if (bfloat16) UseBfloat16(*starter.model);
  if (auto status = LoadBundleWeights(dir, *starter.model); !status.ok()) return status;
  UseChannelsLast(*starter.image);
  return starter;
}

absl::StatusOr<std::shared_ptr<ClipModel>> GrownModel(const OpenStarter& starter,
                                                      const BundleConfig& config,
                                                      const std::string& prefix) {
  auto grown = ClipModel::Make(config, starter.tokenizer->vocab_size(), TowerInit::kPublished);
  if (!grown.ok()) return grown.status();
  const torch::NoGradGuard no_grad;
  const auto sources = starter.model->Weights();
  for (auto& [name, target] : (*grown)->Weights()) {
    if (!name.starts_with(prefix)) target.copy_(sources.at(name));
  }
  return grown;
}

torch::Tensor TextRows(const OpenStarter& starter, const std::vector<std::string>& texts) {
  const torch::InferenceMode inference;
  std::map<size_t, std::vector<int64_t>> by_length;
  std::vector<std::vector<int32_t>> ids;
  for (const std::string& text : texts) {
    ids.push_back(starter.tokenizer->Encode(text, starter.bundle.config.max_tokens));
    by_length[ids.back().size()].push_back(static_cast<int64_t>(ids.size()) - 1);
  }
  const int64_t width = starter.image->head->shape().width;
  torch::Tensor rows = torch::empty({static_cast<int64_t>(texts.size()), width});
  for (const auto& [length, numbers] : by_length) {
    for (size_t begin = 0; begin < numbers.size(); begin += kTextPass) {
      const size_t end = std::min(begin + kTextPass, numbers.size());
      const std::vector<int64_t> some(numbers.begin() + begin, numbers.begin() + end);
      std::vector<torch::Tensor> pass;
      for (const int64_t i : some) pass.push_back(torch::tensor(ids[i], torch::kInt64));
      const torch::Tensor lengths = torch::full({static_cast<int64_t>(some.size())},
                                                static_cast<int64_t>(length), torch::kInt64);
      rows.index_copy_(0, torch::tensor(some, torch::kInt64),
                       starter.model->EncodeTexts(torch::stack(pass), lengths).narrow(1, 0, width));
    }
  }
  return rows.clone();
}

absl::StatusOr<Bundle> WriteGrownBundle(const OpenStarter& starter, BundleConfig config,
                                        const ClipModel& model, const GrownPart& part,
                                        const std::string& out_dir) {
  const std::string& from = starter.bundle.dir;
  config.card_json = WithMember(config.card_json, part);
  if (auto status = MakeFolders(out_dir); !status.ok()) return status;
  auto status =
      CopyBytes(PathIn(from, "weights.safetensors"), PathIn(out_dir, "weights.safetensors"));
  if (status.ok()) status = SaveReaderWeights(model, out_dir);
  const auto write = [&](const std::string& name, const std::string& text) {
    if (status.ok() && !text.empty()) status = WriteFileDurably(PathIn(out_dir, name), text);
  };
  for (const std::string& name : {config.tokenizer_file, std::string("NOTICE")}) {
    const auto text = ReadText(PathIn(from, name));
    if (!text.ok()) return text.status();
    write(name, *text);
  }
  const auto card = ReadText(PathIn(from, "CARD.md"));
  if (!card.ok()) return card.status();
  write("CARD.md", WithSection(*card, part));
  write("model.json", BundleConfigToJson(config));
  if (!status.ok()) return status;
  return OpenBundle(out_dir);
}

}  // namespace imago
