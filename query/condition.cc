#include "query/condition.h"

#include <algorithm>
#include <compare>

#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::json;

std::optional<Scalar> ToScalar(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<uint64_t>());
  if (value.is_number_integer()) return static_cast<long double>(value.get<int64_t>());
  if (value.is_number()) return static_cast<long double>(value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  return std::nullopt;
}

std::partial_ordering Compare(const Scalar& value, const Bound& bound) {
  if (value.index() != bound.value.index()) return std::partial_ordering::unordered;
  if (const auto* number = std::get_if<long double>(&value)) {
    return *number <=> std::get<long double>(bound.value);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::partial_ordering::unordered;
  if (bound.instant) {
    if (const auto instant = ParseInstant(*text)) return *instant <=> *bound.instant;
  }
  return text->compare(std::get<std::string>(bound.value)) <=> 0;
}

bool HoldsForOne(const json& value, const Condition& condition) {
  const auto scalar = ToScalar(value);
  return scalar && condition.Holds(*scalar);
}

bool HoldsForAny(const json& value, const Condition& condition) {
  if (!value.is_array()) return HoldsForOne(value, condition);
  for (const json& element : value) {
    if (HoldsForOne(element, condition)) return true;
  }
  return false;
}

// Recursion goes one segment of `path` deeper each time.
bool HoldsBelow(const json& object, const std::string& path, const Condition& condition) {
  const auto whole = object.find(path);
  if (whole != object.end() && HoldsForAny(*whole, condition)) return true;
  const size_t dot = path.find('.');
  if (dot == std::string::npos) return false;
  const auto next = object.find(path.substr(0, dot));
  if (next == object.end()) return false;
  const std::string rest = path.substr(dot + 1);
  if (next->is_object()) return HoldsBelow(*next, rest, condition);
  if (!next->is_array()) return false;
  for (const json& element : *next) {
    if (element.is_object() && HoldsBelow(element, rest, condition)) return true;
  }
  return false;
}

std::optional<Scalar> OwnField(const Item& item, const std::string& key) {
  if (key == "id") return item.id;
  if (key == "kind") return std::string(MediaKindName(item.kind));
  if (key == "origin") return std::string(OriginName(item.origin));
  if (key == "width") return static_cast<long double>(item.width);
  if (key == "height") return static_cast<long double>(item.height);
  if (key == "bytes") return static_cast<long double>(item.bytes);
  if (key == "caption") return item.caption;
  if (key == "modified_at" && item.modified_ms != 0) return FormatInstant(item.modified_ms);
  return std::nullopt;
}

bool HoldsForText(const std::string& text, const Condition& condition) {
  return condition.Holds(text) || condition.Holds(AsciiLower(text));
}

bool HoldsForEvents(const Item& item, const Condition& condition) {
  constexpr std::string_view kRole = "event.role.";
  if (condition.key == "event.type") {
    return std::any_of(item.events.begin(), item.events.end(), [&condition](const Event& event) {
      return HoldsForText(event.type, condition);
    });
  }
  if (!condition.key.starts_with(kRole)) return false;
  const std::string role = AsciiLower(condition.key.substr(kRole.size()));
  const auto holds = [&](const EventArgument& argument) {
    return AsciiLower(argument.role) == role &&
           (HoldsForText(argument.filler, condition) || HoldsForText(argument.head, condition));
  };
  return std::any_of(item.events.begin(), item.events.end(), [&holds](const Event& event) {
    return std::any_of(event.arguments.begin(), event.arguments.end(), holds);
  });
}

}  // namespace

struct ItemFields::Metadata {
  json object;
};

std::string AsciiLower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool Condition::Holds(const Scalar& value) const {
  if (any && std::find(any->begin(), any->end(), value) == any->end()) return false;
  if (text) {
    const auto* string = std::get_if<std::string>(&value);
    if (string == nullptr || AsciiLower(*string).find(*text) == std::string::npos) return false;
  }
  if (gt && !(Compare(value, *gt) > 0)) return false;
  if (gte && !(Compare(value, *gte) >= 0)) return false;
  if (lt && !(Compare(value, *lt) < 0)) return false;
  if (lte && !(Compare(value, *lte) <= 0)) return false;
  return true;
}

ItemFields::ItemFields(const Item& item) : item_(item) {}
ItemFields::~ItemFields() = default;

bool ItemFields::MayHaveKey(const std::string& first_segment) const {
  // Parsing is the costly part of filtering: a key that is not spelled out in the text, with no
  // escape that could spell it otherwise, is not there.
  const std::string& text = item_.metadata_json;
  return text.find('"' + first_segment) != std::string::npos ||
         text.find('\\') != std::string::npos;
}

bool ItemFields::Meet(const Condition& condition) {
  if (MayHaveKey(condition.key.substr(0, condition.key.find('.')))) {
    if (metadata_ == nullptr) {
      metadata_ = std::make_unique<Metadata>();
      metadata_->object = json::parse(item_.metadata_json, nullptr, /*allow_exceptions=*/false);
    }
    const json& object = metadata_->object;
    if (object.is_object()) {
      if (HoldsBelow(object, condition.key, condition)) return true;
      if (object.contains(condition.key)) return false;
    }
  }
  const auto own = OwnField(item_, condition.key);
  return own ? condition.Holds(*own) : HoldsForEvents(item_, condition);
}

}  // namespace imago
