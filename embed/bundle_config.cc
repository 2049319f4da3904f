#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "embed/bundle.h"
#include "embed/strict_json.h"

namespace imago {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr int kMaxDim = 65536;
constexpr int kMaxImageSize = 4096;
constexpr int kMaxTokens = 65536;
// Of what reads events or relations off a map.
constexpr int kMaxReaderWidth = 4096;
constexpr int kMaxReaderLayers = 64;

absl::Status Wrong(const std::string& what) {
  return absl::InvalidArgumentError("model.json: " + what);
}

// Reads the members of one object. The first mistake is kept and makes later reads no-ops, so that
// a reader is a plain list of members.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) Fail(where_ + " is no object");
  }

  void Word(const char* key, std::string& out) {
    const Json* value = Member(key);
    if (!value) return;
    if (!value->is_string()) return Fail(Name(key) + " is no word");
    out = value->get<std::string>();
  }

  void Number(const char* key, int min, int max, int& out) {
    const Json* value = Member(key);
    if (!value) return;
    if (!value->is_number_integer() || *value < min || *value > max) {
      return Fail(fmt::format("{} is {}, not a whole number from {} to {}", Name(key),
                              value->dump(), min, max));
    }
    out = value->get<int>();
  }

  void Triple(const char* key, float above, std::array<float, 3>& out) {
    const Json* value = Member(key);
    if (!value) return;
    if (!value->is_array() || value->size() != 3) return Fail(Name(key) + " is no list of 3");
    for (size_t i = 0; i < 3; ++i) {
      const Json& number = (*value)[i];
      const float read = number.is_number() ? number.get<float>() : NAN;
      if (!std::isfinite(read) || read <= above) {
        return Fail(fmt::format("{} holds {}", Name(key), number.dump()));
      }
      out[i] = read;
    }
  }

  // The member as it is; an empty object when absent.
  const Json& Object(const char* key) {
    const Json* value = Member(key);
    return value ? *value : empty_;
  }

  bool Has(const char* key) const { return object_.is_object() && object_.contains(key); }

  // Call last: every member that was not read is unknown.
  absl::Status Finish() {
    if (!status_.ok()) return status_;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(read_.begin(), read_.end(), key) == read_.end()) {
        return Wrong("unknown key \"" + key + "\" in " + where_);
      }
    }
    return absl::OkStatus();
  }

  void Fail(const std::string& what) {
    if (status_.ok()) status_ = Wrong(what);
  }

 private:
  std::string Name(const char* key) const { return fmt::format("\"{}\" in {}", key, where_); }

  const Json* Member(const char* key) {
    if (!status_.ok()) return nullptr;
    read_.emplace_back(key);
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    Fail(Name(key) + " is missing");
    return nullptr;
  }

  const Json& object_;
  const Json empty_ = Json::object();
  const std::string where_;
  std::vector<std::string> read_;
  absl::Status status_;
};

// Names become parts of ids and paths.
bool IsPlainName(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

void ReadPlainName(ObjectReader& reader, const char* key, std::string& out) {
  reader.Word(key, out);
  if (reader.Has(key) && !IsPlainName(out)) {
    reader.Fail(fmt::format("\"{}\" is \"{}\": letters, digits, '-', '_', '.' only", key, out));
  }
}

absl::Status ReadPreprocess(const Json& json, PreprocessOptions& options) {
  ObjectReader reader(json, "preprocess");
  std::string mode;
  reader.Number("size", 1, kMaxImageSize, options.size);
  reader.Word("mode", mode);
  reader.Triple("mean", -std::numeric_limits<float>::infinity(), options.mean);
  reader.Triple("std", 0.0f, options.std);
  options.mode = mode == "squash" ? ResizeMode::kSquash : ResizeMode::kShortSide;
  if (mode != "squash" && mode != "short_side") {
    reader.Fail("preprocess mode \"" + mode + "\" is neither short_side nor squash");
  }
  return reader.Finish();
}

absl::Status ReadTokenizer(const Json& json, BundleConfig& config) {
  ObjectReader reader(json, "tokenizer");
  std::string kind;
  reader.Word("kind", kind);
  ReadPlainName(reader, "file", config.tokenizer_file);
  reader.Number("max_tokens", 2, kMaxTokens, config.max_tokens);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  const absl::StatusOr<TokenizerKind> parsed = ParseTokenizerKind(kind);
  if (!parsed.ok()) return Wrong(std::string(parsed.status().message()));
  config.tokenizer_kind = *parsed;
  return absl::OkStatus();
}

bool IsInt64(const Json& value) {
  if (!value.is_number_unsigned()) return value.is_number_integer();
  return value.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()};
}

absl::Status ReadTower(const Json& json, const char* where, TowerConfig& tower) {
  if (!json.is_object()) return Wrong(std::string(where) + " is no object");
  for (const auto& [key, value] : json.items()) {
    if (key == "kind" && value.is_string()) {
      tower.kind = value.get<std::string>();
    } else if (key != "kind" && value.is_string()) {
      tower.words[key] = value.get<std::string>();
    } else if (key != "kind" && IsInt64(value)) {
      tower.numbers[key] = value.get<int64_t>();
    } else {
      return Wrong(fmt::format("\"{}\" in {} is neither whole number nor word", key, where));
    }
  }
  if (tower.kind.empty()) return Wrong(fmt::format("\"kind\" in {} is missing", where));
  return absl::OkStatus();
}

Json TowerToJson(const TowerConfig& tower) {
  Json json = {{"kind", tower.kind}};
  for (const auto& [key, number] : tower.numbers) json[key] = number;
  for (const auto& [key, word] : tower.words) json[key] = word;
  return json;
}

// At least one word, none of them empty.
void ReadWords(const Json& json, const std::string& where, std::vector<std::string>& out,
               absl::Status& status) {
  if (!status.ok()) return;
  if (!json.is_array() || json.empty()) {
    status = Wrong(where + " is no list of words");
    return;
  }
  for (const Json& word : json) {
    if (!word.is_string() || word.get<std::string>().empty()) {
      status = Wrong(fmt::format("{} holds {}", where, word.dump()));
      return;
    }
    out.push_back(word.get<std::string>());
  }
}

absl::Status ReadEventType(const Json& json, PictureEventType& type) {
  ObjectReader reader(json, "a type of events");
  reader.Word("type", type.type);
  const Json& roles = reader.Object("roles");
  absl::Status status = reader.Finish();
  const std::string where = fmt::format("\"roles\" of \"{}\"", type.type);
  ReadWords(roles, where, type.roles, status);
  if (status.ok() && type.roles.size() > kPictureRoles) {
    return Wrong(
        fmt::format("{} has {} words, at most {} fit", where, type.roles.size(), kPictureRoles));
  }
  return status;
}

absl::Status ReadEvents(const Json& json, PictureEventConfig& events) {
  ObjectReader reader(json, "events");
  reader.Number("width", 1, kMaxReaderWidth, events.width);
  reader.Number("layers", 1, kMaxReaderLayers, events.layers);
  const Json& types = reader.Object("types");
  const Json& fillers = reader.Object("fillers");
  absl::Status status = reader.Finish();
  ReadWords(fillers, "\"fillers\" in events", events.vocabulary.fillers, status);
  if (!status.ok()) return status;
  if (!types.is_array() || types.empty()) return Wrong("\"types\" in events is no list");
  for (const Json& type : types) {
    status = ReadEventType(type, events.vocabulary.types.emplace_back());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Json EventsToJson(const PictureEventConfig& events) {
  Json types = Json::array();
  for (const PictureEventType& type : events.vocabulary.types) {
    types.push_back({{"type", type.type}, {"roles", type.roles}});
  }
  return {{"width", events.width},
          {"layers", events.layers},
          {"types", std::move(types)},
          {"fillers", events.vocabulary.fillers}};
}

absl::Status ReadRelations(const Json& json, RelationConfig& relations) {
  ObjectReader reader(json, "relations");
  reader.Number("width", 1, kMaxReaderWidth, relations.width);
  reader.Number("channels", 1, kMaxReaderWidth, relations.channels);
  return reader.Finish();
}

// The shortest decimals that read back as the same floats.
Json FloatsToJson(const std::array<float, 3>& values) {
  Json json = Json::array();
  for (const float value : values) json.push_back(std::stod(fmt::format("{}", value)));
  return json;
}

Json TokenizerToJson(const BundleConfig& config) {
  return {{"kind", std::string(TokenizerKindName(config.tokenizer_kind))},
          {"file", config.tokenizer_file},
          {"max_tokens", config.max_tokens}};
}

Json PreprocessToJson(const PreprocessOptions& options) {
  return {{"size", options.size},
          {"mode", options.mode == ResizeMode::kSquash ? "squash" : "short_side"},
          {"mean", FloatsToJson(options.mean)},
          {"std", FloatsToJson(options.std)}};
}

// Reads the parts that only towers with weights need.
absl::Status ReadTowers(ObjectReader& reader, BundleConfig& config) {
  const Json& tokenizer = reader.Object("tokenizer");
  const Json& image_tower = reader.Object("image_tower");
  const Json& text_tower = reader.Object("text_tower");
  if (reader.Has("events")) {
    if (absl::Status status = ReadEvents(reader.Object("events"), config.events); !status.ok()) {
      return status;
    }
  }
  if (reader.Has("relations")) {
    absl::Status status = ReadRelations(reader.Object("relations"), config.relations);
    if (!status.ok()) return status;
  }
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  if (absl::Status status = ReadTokenizer(tokenizer, config); !status.ok()) return status;
  absl::Status status = ReadTower(image_tower, "image_tower", config.image_tower);
  if (!status.ok()) return status;
  return ReadTower(text_tower, "text_tower", config.text_tower);
}

}  // namespace

absl::StatusOr<BundleConfig> ParseBundleConfig(const std::string& model_json) {
  if (absl::Status status = CheckStrictJson(model_json); !status.ok()) {
    return Wrong(std::string(status.message()));
  }
  const Json root = Json::parse(model_json, nullptr, /*allow_exceptions=*/false);
  BundleConfig config;
  ObjectReader reader(root, "the bundle");
  int format = 0;
  reader.Number("format", kFormat, kFormat, format);
  ReadPlainName(reader, "family", config.family);
  ReadPlainName(reader, "name", config.name);
  reader.Number("dim", 1, kMaxDim, config.dim);
  const Json& preprocess = reader.Object("preprocess");
  if (reader.Has("card")) {
    const Json& card = reader.Object("card");
    if (!card.is_object()) reader.Fail("card is no object");
    config.card_json = card.dump();
  }
  const bool computed = config.family == "hash";
  if (computed && config.name != "hash") reader.Fail("family hash has the name hash");
  absl::Status status = computed ? reader.Finish() : ReadTowers(reader, config);
  if (!status.ok()) return status;
  status = ReadPreprocess(preprocess, config.preprocess);
  if (!status.ok()) return status;
  return config;
}

std::string BundleConfigToJson(const BundleConfig& config) {
  Json root = {{"format", kFormat},
               {"family", config.family},
               {"name", config.name},
               {"dim", config.dim},
               {"preprocess", PreprocessToJson(config.preprocess)}};
  if (config.family != "hash") {
    root["tokenizer"] = TokenizerToJson(config);
    root["image_tower"] = TowerToJson(config.image_tower);
    root["text_tower"] = TowerToJson(config.text_tower);
    if (!config.events.vocabulary.types.empty()) root["events"] = EventsToJson(config.events);
    if (config.relations.width > 0) {
      root["relations"] = {{"width", config.relations.width},
                           {"channels", config.relations.channels}};
    }
  }
  const Json card = Json::parse(config.card_json, nullptr, /*allow_exceptions=*/false);
  root["card"] = card.is_object() ? card : Json{{"note", config.card_json}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace imago
