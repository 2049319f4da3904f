#include "embed/tagger_config.h"

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "embed/strict_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMaxWords = 200'000;
constexpr size_t kMaxTypes = 10'000;
constexpr size_t kMaxRoles = 100;  // of a type

absl::Status Wrong(const std::string& key, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("\"{}\" {}", key, what));
}

absl::Status CheckKeys(const json& object) {
  static const std::set<std::string> known = {"format",
                                              "name",
                                              "trigger_threshold",
                                              "argument_threshold",
                                              "words",
                                              "more_words",
                                              "pieces",
                                              "ontology",
                                              "types",
                                              "card"};
  for (const auto& item : object.items()) {
    if (known.count(item.key()) == 0) return Wrong(item.key(), "is not known");
  }
  for (const std::string& key : known) {
    const bool needed = key != "card" && key != "pieces";
    if (needed && !object.contains(key)) return Wrong(key, "is missing");
  }
  return absl::OkStatus();
}

// Different names, none of them empty.
absl::Status ReadNames(const json& list, const std::string& key, size_t most,
                       std::vector<std::string>* out) {
  if (!list.is_array() || list.size() > most) {
    return Wrong(key, fmt::format("must be a list of at most {} names", most));
  }
  std::set<std::string> seen;
  for (const json& one : list) {
    if (!one.is_string() || one.get_ref<const std::string&>().empty()) {
      return Wrong(key, fmt::format("has {}, which is no name", one.dump()));
    }
    out->push_back(one.get<std::string>());
    if (!seen.insert(out->back()).second) {
      return Wrong(key, fmt::format("has \"{}\" twice", out->back()));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadThreshold(const json& object, const std::string& key, double* out) {
  const json& value = object.at(key);
  if (!value.is_number()) return Wrong(key, "must be a number");
  *out = value.get<double>();
  if (*out > 0 && *out < 1) return absl::OkStatus();
  return Wrong(key, fmt::format("is {}, it must be above 0 and below 1", *out));
}

absl::Status ReadTypes(const json& list, std::vector<TaggedType>* out) {
  if (!list.is_array() || list.empty() || list.size() > kMaxTypes) {
    return Wrong("types", fmt::format("must be a list of 1 to {} types", kMaxTypes));
  }
  std::set<std::string> seen;
  for (const json& one : list) {
    if (!one.is_object() || one.size() != 2 || !one.contains("type") || !one.contains("roles") ||
        !one.at("type").is_string()) {
      return Wrong("types", fmt::format("has {}, which is not a type and its roles", one.dump()));
    }
    TaggedType type;
    type.type = one.at("type").get<std::string>();
    if (!seen.insert(type.type).second) {
      return Wrong("types", fmt::format("has \"{}\" twice", type.type));
    }
    if (auto s = ReadNames(one.at("roles"), "roles", kMaxRoles, &type.roles); !s.ok()) return s;
    out->push_back(std::move(type));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TaggerConfig> ParseTaggerConfig(const std::string& text) {
  if (auto status = CheckStrictJson(text); !status.ok()) return status;
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("must be a JSON object");
  if (auto status = CheckKeys(object); !status.ok()) return status;
  if (object.at("format") != 1) return Wrong("format", "must be 1");
  TaggerConfig config;
  if (!object.at("name").is_string()) return Wrong("name", "must be a text");
  config.name = object.at("name").get<std::string>();
  for (const auto& status :
       {ReadThreshold(object, "trigger_threshold", &config.trigger_threshold),
        ReadThreshold(object, "argument_threshold", &config.argument_threshold),
        ReadNames(object.at("words"), "words", kMaxWords, &config.words),
        ReadNames(object.at("more_words"), "more_words", kMaxWords, &config.more_words),
        ReadNames(object.value("pieces", json::array()), "pieces", kMaxWords, &config.pieces),
        ReadNames(object.at("ontology"), "ontology", kMaxTypes, &config.ontology),
        ReadTypes(object.at("types"), &config.types)}) {
    if (!status.ok()) return status;
  }
  const std::set<std::string> words(config.words.begin(), config.words.end());
  for (const std::string& word : config.more_words) {
    if (words.count(word) > 0)
      return Wrong("more_words", fmt::format("has \"{}\" of \"words\"", word));
  }
  if (!object.contains("card")) return config;
  if (!object.at("card").is_object()) return Wrong("card", "must be an object");
  config.card_json = object.at("card").dump();
  return config;
}

std::string TaggerConfigToJson(const TaggerConfig& config) {
  ordered_json types = ordered_json::array();
  for (const TaggedType& one : config.types) {
    types.push_back({{"type", one.type}, {"roles", one.roles}});
  }
  ordered_json object = {{"format", 1},
                         {"name", config.name},
                         {"trigger_threshold", config.trigger_threshold},
                         {"argument_threshold", config.argument_threshold},
                         {"card", ordered_json::parse(config.card_json)},
                         {"types", std::move(types)},
                         {"ontology", config.ontology},
                         {"words", config.words},
                         {"more_words", config.more_words}};
  if (!config.pieces.empty()) object["pieces"] = config.pieces;
  return object.dump() + "\n";
}

TaggerNames::TaggerNames(const TaggerConfig& config) {
  trained_words_ = static_cast<int>(config.words.size());
  for (const auto* words : {&config.words, &config.more_words}) {
    for (const std::string& word : *words) words_.emplace(word, words_.size() + 1);
  }
  for (const std::string& type : config.ontology) ontology_.emplace(type, ontology_.size() + 1);
  for (const TaggedType& one : config.types) {
    type_names_.push_back(one.type);
    types_.emplace(one.type, type_names_.size());
    for (const std::string& role : one.roles) {
      if (roles_.emplace(role, role_names_.size() + 1).second) role_names_.push_back(role);
    }
  }
  has_role_.assign(types() + 1, std::vector<bool>(roles() + 1, false));
  for (size_t i = 0; i < config.types.size(); ++i) {
    for (const std::string& role : config.types[i].roles) has_role_[i + 1][Role(role)] = true;
  }
}

}  // namespace imago
