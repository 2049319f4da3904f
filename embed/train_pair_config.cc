#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <utility>

#include "embed/json_members.h"
#include "embed/strict_json.h"
#include "embed/train_pair.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kAny = std::numeric_limits<double>::infinity();

// "all", "frozen", "last 3".
absl::StatusOr<TrainedPart> ParsePart(const std::string& word) {
  if (word == "all") return TrainedPart{};
  if (word == "frozen") return TrainedPart{TrainedPart::Kind::kFrozen, 0};
  TrainedPart part{TrainedPart::Kind::kLast, 0};
  const std::string_view rest = std::string_view(word).substr(std::min<size_t>(5, word.size()));
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), part.blocks);
  if (word.starts_with("last ") && read.ec == std::errc() && part.blocks >= 1 &&
      read.ptr == rest.data() + rest.size()) {
    return part;
  }
  return absl::InvalidArgumentError(fmt::format(
      "\"train\" is \"{}\", it must be \"all\", \"frozen\" or \"last K\", K at least 1", word));
}

absl::Status ReadTower(const Json& json, const char* name, PairTower& tower) {
  JsonMembers members(json, fmt::format("\"{}\"", name));
  std::string part = "all";
  members.Word("from", tower.from);
  members.Word("train", part);
  members.Number("rate", 0, 1, tower.rate);
  if (auto status = members.Finish(); !status.ok()) return status;
  auto parsed = ParsePart(part);
  if (!parsed.ok()) return parsed.status();
  tower.part = *parsed;
  return absl::OkStatus();
}

absl::Status ReadData(const Json& json, PairData& data) {
  JsonMembers members(json, "an entry of \"data\"");
  members.Word("manifest", data.manifest);
  members.Choice<PairTexts>("texts",
                            {{"photos", PairTexts::kPhotos},
                             {"pictures", PairTexts::kPictures},
                             {"names", PairTexts::kNames}},
                            data.texts);
  members.Choice<PairAugment>("augment",
                              {{"photos", PairAugment::kPhotos},
                               {"drawings", PairAugment::kDrawings},
                               {"none", PairAugment::kNone}},
                              data.augment);
  members.Number("share", 1e-6, 1e6, data.share);
  return members.Finish();
}

absl::Status ReadAllData(const Json& json, std::vector<PairData>& data) {
  if (!json.is_array() || json.empty()) {
    return absl::InvalidArgumentError("\"data\" is no list of at least one entry");
  }
  for (const Json& entry : json) {
    data.emplace_back();
    if (auto status = ReadData(entry, data.back()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadScenes(const Json& json, TrainPairOptions& options) {
  JsonMembers members(json, "\"scenes\"");
  members.Number("share", 0, 1, options.scenes_share);
  members.Word("pictures", options.scenes_pictures);
  return members.Finish();
}

absl::Status ReadTokenizer(const Json& json, TrainPairOptions& options) {
  JsonMembers members(json, "\"tokenizer\"");
  members.Word("file", options.tokenizer_file);
  members.Integer("learn", 64, 64000, options.learn_pieces);
  if (options.tokenizer_file.empty() == (options.learn_pieces == 0)) {
    members.Fail(
        fmt::format("\"tokenizer\" is {}, it must have either \"file\" or \"learn\"", json.dump()));
  }
  return members.Finish();
}

absl::Status ReadTeacher(const Json& json, TrainPairOptions& options) {
  JsonMembers members(json, "\"teacher\"");
  members.Word("bundle", options.teacher);
  members.Number("weight", 1e-6, 1e6, options.teacher_weight);
  if (options.teacher.empty()) members.Fail("\"teacher\" names no \"bundle\"");
  return members.Finish();
}

absl::Status ReadHeldOut(const Json& json, TrainPairOptions& options) {
  JsonMembers members(json, "\"held_out\"");
  members.Integer("every", 0, 10'000'000, options.held_out_every);
  members.Integer("patience", 0, 10'000'000, options.patience);
  members.Integer("pictures", 1, 10'000'000, options.held_out_pictures);
  return members.Finish();
}

// Into a whole model.json, whose reader knows what is wrong.
absl::Status ReadModel(const Json& json, BundleConfig& model) {
  Json whole = {{"format", 1}, {"family", "clip"}};
  if (!json.is_object()) return absl::InvalidArgumentError("\"model\" is no object");
  for (const auto& [key, value] : json.items()) {
    if (key == "format" || key == "family" || key == "card") {
      return absl::InvalidArgumentError(fmt::format("unknown key \"{}\" in \"model\"", key));
    }
    whole[key] = value;
  }
  auto read = ParseBundleConfig(whole.dump());
  if (!read.ok()) return read.status();
  model = *std::move(read);
  return absl::OkStatus();
}

using Reader = absl::Status (*)(const Json&, TrainPairOptions&);

void ReadParts(JsonMembers& members, TrainPairOptions& options) {
  const auto part = [&](const char* key, bool needed, Reader read) {
    const Json* json = members.Find(key);
    if (json != nullptr) {
      members.Keep(read(*json, options));
    } else if (needed) {
      members.Fail(fmt::format("\"{}\" is missing", key));
    }
  };
  part("model", true,
       [](const Json& json, TrainPairOptions& all) { return ReadModel(json, all.model); });
  part("tokenizer", true, ReadTokenizer);
  part("data", true,
       [](const Json& json, TrainPairOptions& all) { return ReadAllData(json, all.data); });
  part("scenes", false, ReadScenes);
  part("teacher", false, ReadTeacher);
  part("held_out", false, ReadHeldOut);
  options.image.rate = options.text.rate = options.rate;
  part("image", false,
       [](const Json& json, TrainPairOptions& all) { return ReadTower(json, "image", all.image); });
  part("text", false,
       [](const Json& json, TrainPairOptions& all) { return ReadTower(json, "text", all.text); });
}

void ReadLoss(JsonMembers& members, TrainPairOptions& options) {
  members.Choice<PairLossKind>("loss",
                               {{"softmax", PairLossKind::kSoftmax},
                                {"sigmoid", PairLossKind::kSigmoid},
                                {"tokens", PairLossKind::kTokens}},
                               options.loss);
  const bool sigmoid = options.loss == PairLossKind::kSigmoid;
  options.scale = sigmoid ? 10 : 1 / 0.07;
  members.Integer("chunk", 0, 1'000'000, options.chunk);
  members.Number("scale", 1, 100, options.scale);
  members.Number("max_scale", 1, 1000, options.max_scale);
  members.Number("bias", -100, 100, options.bias);
}

void ReadSteps(JsonMembers& members, TrainPairOptions& options) {
  constexpr int64_t kMost = 10'000'000;
  members.Integer("steps", 1, kMost, options.steps);
  members.Integer("batch", 2, 1'000'000, options.batch);
  members.Integer("micro_batch", 0, 1'000'000, options.micro_batch);
  members.Number("rate", 0, 1, options.rate);
  members.Choice<RateSchedule>("schedule",
                               {{"cosine", RateSchedule::kCosine},
                                {"linear", RateSchedule::kLinear},
                                {"constant", RateSchedule::kConstant}},
                               options.schedule);
  options.warmup = options.steps / 20;
  members.Integer("warmup", 0, kMost, options.warmup);
  members.Number("weight_decay", 0, 10, options.weight_decay);
  members.Number("clip", 0, kAny, options.clip);
  members.Number("ema", 0, 0.999999, options.ema);
  members.Number("patch_dropout", 0, 0.9, options.patch_dropout);
  members.Switch("bfloat16", options.bfloat16);
  members.Integer("checkpoint_every", 1, kMost, options.checkpoint_every);
  members.Integer("seed", 0, std::numeric_limits<int64_t>::max(), options.seed);
  options.cache_size = std::clamp(options.model.preprocess.size * 5 / 4, 8, 1024);
  members.Integer("cache_size", 8, 1024, options.cache_size);
}

bool IsOneOf(const std::string& kind, std::initializer_list<const char*> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// Values that do not go together.
absl::Status CheckTogether(const TrainPairOptions& options) {
  const auto fail = [](const std::string& what) { return absl::InvalidArgumentError(what); };
  const std::string& image = options.model.image_tower.kind;
  const std::string& text = options.model.text_tower.kind;
  if (options.learn_pieces > 0 && options.model.tokenizer_kind != TokenizerKind::kSentencePiece) {
    return fail(fmt::format("\"learn\" is {}, but the model's tokenizer is \"{}\"",
                            options.learn_pieces, TokenizerKindName(options.model.tokenizer_kind)));
  }
  if (options.patch_dropout > 0 && image != "vit") {
    return fail(fmt::format("\"patch_dropout\" is {}, but the image tower is \"{}\", not \"vit\"",
                            options.patch_dropout, image));
  }
  for (const std::string& kind : {image, text}) {
    if (options.bfloat16 &&
        !IsOneOf(kind, {"vit", "modified-resnet", "siglip-vit", "clip-text", "siglip-text"})) {
      return fail(
          fmt::format("\"bfloat16\" is true, but the tower \"{}\" trains in f32 only", kind));
    }
  }
  if (options.image.part.kind == TrainedPart::Kind::kFrozen &&
      options.text.part.kind == TrainedPart::Kind::kFrozen) {
    return fail("\"train\" is \"frozen\" of both towers: nothing would be trained");
  }
  if (options.chunk > 0 && options.loss != PairLossKind::kSigmoid) {
    return fail(fmt::format("\"chunk\" is {}, but the loss is not \"sigmoid\"", options.chunk));
  }
  if (options.loss == PairLossKind::kTokens && text != "bag-of-tokens") {
    return fail(fmt::format(
        "\"loss\" is \"tokens\", but the text tower is \"{}\", not \"bag-of-tokens\"", text));
  }
  if (options.scale > options.max_scale) {
    return fail(
        fmt::format("\"scale\" is {}, above \"max_scale\", {}", options.scale, options.max_scale));
  }
  return absl::OkStatus();
}

void CutPaths(Json& json) {
  for (auto item = json.begin(); item != json.end(); ++item) {
    if (item->is_structured()) {
      CutPaths(*item);
    } else if (item->is_string() && json.is_object() &&
               IsOneOf(item.key(), {"manifest", "pictures", "from", "bundle", "file"})) {
      *item = std::filesystem::path(item->get<std::string>()).filename().string();
    }
  }
}

}  // namespace

std::string ShownConfig(const TrainPairOptions& options) {
  Json json = Json::parse(options.config_json, nullptr, /*allow_exceptions=*/false);
  CutPaths(json);
  return json.dump(2);
}

absl::StatusOr<TrainPairOptions> ParseTrainPairConfig(const std::string& json) {
  if (auto status = CheckStrictJson(json); !status.ok()) return status;
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  TrainPairOptions options;
  options.config_json = parsed.dump(2);
  JsonMembers members(parsed, "the file");
  members.Number("rate", 0, 1, options.rate);
  ReadParts(members, options);
  ReadLoss(members, options);
  ReadSteps(members, options);
  auto status = members.Finish();
  if (status.ok()) status = CheckTogether(options);
  if (!status.ok()) return status;
  return options;
}

}  // namespace imago
