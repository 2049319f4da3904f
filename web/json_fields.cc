#include "web/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "embed/strict_json.h"
#include "web/json.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr size_t kMaxTextBytes = 4096;

absl::Status TypeError(const std::string& place, const char* wanted, const json& value) {
  return FieldError(place, fmt::format("must be {}, is {}", wanted, value.type_name()));
}

}  // namespace

absl::StatusOr<json> ParseJsonObject(const std::string& text) {
  if (const absl::Status strict = CheckStrictJson(text, kMaxDepth); !strict.ok()) {
    return FieldError("body", std::string(strict.message()));
  }
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return TypeError("body", "an object", parsed);
  return parsed;
}

std::string DumpJson(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Fields::Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

std::string Fields::Place(const std::string& name) const {
  return where_.empty() ? name : fmt::format("{}.{}", where_, name);
}

absl::Status Fields::CheckNames(std::initializer_list<const char*> known,
                                std::initializer_list<const char*> later) const {
  if (!object_.is_object()) return TypeError(where_, "an object", object_);
  for (const auto& [name, value] : object_.items()) {
    const auto same = [&name = name](const char* other) { return name == other; };
    if (std::any_of(later.begin(), later.end(), same)) {
      return FieldError(Place(name), "this version does not support it");
    }
    if (std::none_of(known.begin(), known.end(), same)) {
      return FieldError(Place(name), "unknown field");
    }
  }
  return absl::OkStatus();
}

const json* Fields::Find(const std::string& name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

absl::Status Fields::Read(const std::string& name, std::string* out) const {
  const json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string()) return TypeError(Place(name), "a string", *value);
  *out = value->get<std::string>();
  return absl::OkStatus();
}

absl::Status Fields::Read(const std::string& name, bool* out) const {
  const json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_boolean()) return TypeError(Place(name), "true or false", *value);
  *out = value->get<bool>();
  return absl::OkStatus();
}

absl::Status Fields::Read(const std::string& name, std::vector<std::string>* out) const {
  const json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_array()) return TypeError(Place(name), "a list of strings", *value);
  for (const json& element : *value) {
    if (!element.is_string()) return TypeError(Place(name), "a list of strings", *value);
    out->push_back(element.get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status Fields::ReadNumber(const std::string& name, double low, double high,
                                double* out) const {
  const json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number()) return TypeError(Place(name), "a number", *value);
  const double number = value->get<double>();
  if (!(number >= low && number <= high)) {
    return FieldError(Place(name), fmt::format("must be {} to {}, is {}", low, high, number));
  }
  *out = number;
  return absl::OkStatus();
}

absl::Status Fields::ReadInt(const std::string& name, int low, int high, int* out) const {
  double number = *out;
  if (absl::Status s = ReadNumber(name, low, high, &number); !s.ok()) return s;
  if (number != std::floor(number)) return FieldError(Place(name), "must be a whole number");
  *out = static_cast<int>(number);
  return absl::OkStatus();
}

absl::StatusOr<std::string> DecodeBase64(const std::string& field, const std::string& base64) {
  std::string bytes;
  if (base64.empty() || !absl::Base64Unescape(base64, &bytes)) {
    return FieldError(field, "is not base64");
  }
  return bytes;
}

absl::Status CheckText(const std::string& field, const std::string& text) {
  if (text.size() > kMaxTextBytes) {
    return FieldError(field,
                      fmt::format("must be at most {} bytes, is {}", kMaxTextBytes, text.size()));
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return FieldError(field, "must not be empty");
  }
  return absl::OkStatus();
}

}  // namespace imago
