#include "query/filter.h"

#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "query/condition.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 8;
constexpr int kMaxConditions = 256;
constexpr size_t kMaxAlternatives = 4096;
constexpr size_t kMaxKeyBytes = 256;

absl::Status Wrong(const std::string& place, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", place, what));
}

// A value as it may stand in a message.
std::string Shown(const json& value) {
  const std::string text = value.is_structured()
                               ? std::string(value.is_array() ? "a list" : "an object")
                               : value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 60) + "..." : text;
}

absl::StatusOr<Scalar> ParseScalar(const json& value, const std::string& place) {
  if (value.is_boolean()) return Scalar(value.get<bool>());
  if (value.is_number_unsigned()) return Scalar(static_cast<long double>(value.get<uint64_t>()));
  if (value.is_number_integer()) return Scalar(static_cast<long double>(value.get<int64_t>()));
  if (value.is_number()) return Scalar(static_cast<long double>(value.get<double>()));
  if (value.is_string()) return Scalar(value.get<std::string>());
  return Wrong(place, "must be a string, a number or a boolean, is " + Shown(value));
}

absl::Status ParseValue(const json& value, const std::string& place, Condition& out) {
  auto scalar = ParseScalar(value, place);
  if (!scalar.ok()) return scalar.status();
  out.any = {*std::move(scalar)};
  return absl::OkStatus();
}

absl::Status ParseMatch(const json& match, const std::string& place, Condition& out) {
  if (!match.is_object()) return ParseValue(match, place, out);
  if (match.size() != 1) return Wrong(place, "must have one of \"value\" and \"text\"");
  const std::string name = match.begin().key();
  const json& inner = match.front();
  if (name == "value") return ParseValue(inner, place + ".value", out);
  if (name != "text") return Wrong(place + "." + name, "is not a known key");
  if (!inner.is_string() || inner.get_ref<const std::string&>().empty()) {
    return Wrong(place + ".text", "must be a string that is not empty, is " + Shown(inner));
  }
  out.text = AsciiLower(inner.get<std::string>());
  return absl::OkStatus();
}

absl::Status ParseAny(const json& any, const std::string& place, Condition& out) {
  if (!any.is_array()) return Wrong(place, "must be a list, is " + Shown(any));
  if (any.size() > kMaxAlternatives) {
    return Wrong(
        place, fmt::format("has {} values, at most {} are allowed", any.size(), kMaxAlternatives));
  }
  out.any.emplace();
  for (size_t i = 0; i < any.size(); ++i) {
    auto value = ParseScalar(any[i], fmt::format("{}[{}]", place, i));
    if (!value.ok()) return value.status();
    out.any->push_back(*std::move(value));
  }
  return absl::OkStatus();
}

absl::Status ParseBound(const json& value, const std::string& place, std::optional<Bound>& out) {
  if (!value.is_number() && !value.is_string()) {
    return Wrong(place, "must be a number or a date, is " + Shown(value));
  }
  auto scalar = ParseScalar(value, place);
  if (!scalar.ok()) return scalar.status();
  out.emplace();
  if (value.is_string()) out->instant = ParseInstant(std::get<std::string>(*scalar));
  out->value = *std::move(scalar);
  return absl::OkStatus();
}

absl::Status ParseRange(const json& range, const std::string& place, Condition& out) {
  if (!range.is_object() || range.empty()) {
    return Wrong(place, "must be an object with one or more of \"gt\", \"gte\", \"lt\", \"lte\"");
  }
  for (const auto& [name, value] : range.items()) {
    std::optional<Bound>* bound = name == "gt"    ? &out.gt
                                  : name == "gte" ? &out.gte
                                  : name == "lt"  ? &out.lt
                                  : name == "lte" ? &out.lte
                                                  : nullptr;
    if (bound == nullptr) return Wrong(place + "." + name, "is not a known key");
    if (auto s = ParseBound(value, place + "." + name, *bound); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<Condition> ParseCondition(const json& object, const std::string& place) {
  Condition out;
  int tests = 0;
  for (const auto& [name, value] : object.items()) {
    const std::string here = place + "." + name;
    absl::Status status;
    if (name == "key") {
      if (!value.is_string()) return Wrong(here, "must be a string, is " + Shown(value));
      out.key = value.get<std::string>();
      if (out.key.empty() || out.key.size() > kMaxKeyBytes) {
        return Wrong(here,
                     fmt::format("must have 1 to {} bytes, has {}", kMaxKeyBytes, out.key.size()));
      }
      continue;
    }
    ++tests;
    if (name == "match") {
      status = ParseMatch(value, here, out);
    } else if (name == "any") {
      status = ParseAny(value, here, out);
    } else if (name == "range") {
      status = ParseRange(value, here, out);
    } else {
      status = Wrong(here, "is not a known key");
    }
    if (!status.ok()) return status;
  }
  if (tests != 1) return Wrong(place, "must have one of \"match\", \"any\" and \"range\"");
  return out;
}

}  // namespace

struct Filter::Node {
  struct Clause {
    Condition condition;  // when there is no `group`
    std::unique_ptr<Node> group;
  };
  std::vector<Clause> must, should, must_not;
  std::string text;  // of the root only

  static bool Holds(const Clause& clause, ItemFields& fields) {
    return clause.group ? clause.group->Matches(fields) : fields.Meet(clause.condition);
  }
  bool Matches(ItemFields& fields) const;

  static absl::StatusOr<std::unique_ptr<Node>> Parse(const json& object, const std::string& place,
                                                     int depth, int& conditions);
  static absl::Status ParseClauses(const json& list, const std::string& place, int depth,
                                   int& conditions, std::vector<Clause>& out);
};

bool Filter::Node::Matches(ItemFields& fields) const {
  const auto holds = [&](const Clause& clause) { return Holds(clause, fields); };
  return std::all_of(must.begin(), must.end(), holds) &&
         std::none_of(must_not.begin(), must_not.end(), holds) &&
         (should.empty() || std::any_of(should.begin(), should.end(), holds));
}

absl::Status Filter::Node::ParseClauses(const json& list, const std::string& place, int depth,
                                        int& conditions, std::vector<Clause>& out) {
  if (!list.is_array()) return Wrong(place, "must be a list, is " + Shown(list));
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string here = fmt::format("{}[{}]", place, i);
    if (!list[i].is_object()) return Wrong(here, "must be an object, is " + Shown(list[i]));
    if (++conditions > kMaxConditions) {
      return Wrong(here, fmt::format("more than {} conditions", kMaxConditions));
    }
    Clause& clause = out.emplace_back();
    if (list[i].contains("key")) {
      auto condition = ParseCondition(list[i], here);
      if (!condition.ok()) return condition.status();
      clause.condition = *std::move(condition);
    } else {
      auto group = Parse(list[i], here, depth + 1, conditions);
      if (!group.ok()) return group.status();
      clause.group = *std::move(group);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Filter::Node>> Filter::Node::Parse(const json& object,
                                                                  const std::string& place,
                                                                  int depth, int& conditions) {
  if (!object.is_object()) return Wrong(place, "must be an object, is " + Shown(object));
  if (depth > kMaxDepth) return Wrong(place, fmt::format("is nested more than {} deep", kMaxDepth));
  auto node = std::make_unique<Node>();
  for (const auto& [name, list] : object.items()) {
    std::vector<Clause>* clauses = name == "must"       ? &node->must
                                   : name == "should"   ? &node->should
                                   : name == "must_not" ? &node->must_not
                                                        : nullptr;
    if (clauses == nullptr) return Wrong(place + "." + name, "is not a known key");
    auto status = ParseClauses(list, place + "." + name, depth, conditions, *clauses);
    if (!status.ok()) return status;
  }
  return node;
}

absl::StatusOr<Filter> Filter::Parse(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return Wrong("filter", "is not valid JSON");
  int conditions = 0;
  auto root = Node::Parse(object, "filter", 1, conditions);
  if (!root.ok()) return root.status();
  if (conditions == 0) return Filter();
  (*root)->text = object.dump(-1, ' ', false, json::error_handler_t::replace);
  return Filter(std::shared_ptr<const Node>(*std::move(root)));
}

std::string Filter::text() const { return root_ ? root_->text : "{}"; }

bool Filter::Matches(const Item& item) const {
  if (root_ == nullptr) return true;
  ItemFields fields(item);
  return root_->Matches(fields);
}

}  // namespace imago
