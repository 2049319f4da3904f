// Random filters on random items against a plain evaluation of the same JSON.

#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "query/filter.h"

namespace imago {
namespace {

using nlohmann::json;

class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  json Value() {
    switch (Below(4)) {
      case 0:
        return Below(4);
      case 1:
        return std::string(1, static_cast<char>('a' + Below(3)));
      case 2:
        return Below(2) == 0;
      default:
        return Below(4) + 0.5;
    }
  }

  json Metadata() {
    json out = json::object();
    for (const char* key : {"k0", "k1", "k2"}) {
      if (Below(4) == 0) continue;
      out[key] = Below(3) == 0 ? json::array({Value(), Value()}) : Value();
    }
    return out;
  }

  json Filter(int depth) {
    json out = json::object();
    for (const char* part : {"must", "should", "must_not"}) {
      if (Below(2) == 0) continue;
      out[part] = json::array();
      for (int n = Below(3); n > 0; --n) {
        out[part].push_back(depth > 0 && Below(3) == 0 ? Filter(depth - 1) : Condition());
      }
    }
    return out;
  }

 private:
  json Condition() {
    json out = {{"key", fmt::format("k{}", Below(4))}};
    switch (Below(4)) {
      case 0:
        out["match"] = Value();
        break;
      case 1:
        out["match"] = {{"value", Value()}};
        break;
      case 2:
        out["any"] = json::array({Value(), Value()});
        break;
      default:
        out["range"] = {{Below(2) ? "gte" : "gt", Below(4)}};
        if (Below(2)) out["range"][Below(2) ? "lte" : "lt"] = Below(4);
    }
    return out;
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  std::mt19937 random_;
};

bool Meets(const json& value, const json& condition) {
  if (value.is_array()) {
    for (const json& element : value) {
      if (Meets(element, condition)) return true;
    }
    return false;
  }
  const auto same = [&](const json& other) {
    return value.is_number() == other.is_number() && value == other;
  };
  if (condition.contains("any")) return same(condition["any"][0]) || same(condition["any"][1]);
  if (condition.contains("match")) {
    const json& match = condition["match"];
    return same(match.is_object() ? match["value"] : match);
  }
  if (!value.is_number()) return false;
  const json& range = condition["range"];
  const double v = value.get<double>();
  return (!range.contains("gt") || v > range["gt"]) &&
         (!range.contains("gte") || v >= range["gte"]) &&
         (!range.contains("lt") || v < range["lt"]) &&
         (!range.contains("lte") || v <= range["lte"]);
}

bool Evaluate(const json& filter, const json& metadata) {
  if (filter.contains("key")) {
    const std::string key = filter["key"];
    return metadata.contains(key) && Meets(metadata[key], filter);
  }
  for (const json& clause : filter.value("must", json::array())) {
    if (!Evaluate(clause, metadata)) return false;
  }
  for (const json& clause : filter.value("must_not", json::array())) {
    if (Evaluate(clause, metadata)) return false;
  }
  const json should = filter.value("should", json::array());
  bool any = should.empty();
  for (const json& clause : should) any = any || Evaluate(clause, metadata);
  return any;
}

TEST(FilterProperty, AgreesWithPlainEvaluation) {
  Maker maker(7);
  int matched = 0;
  for (int i = 0; i < 2000; ++i) {
    const json filter = maker.Filter(2);
    const auto parsed = Filter::Parse(filter.dump());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    for (int j = 0; j < 5; ++j) {
      Item item;
      const json metadata = maker.Metadata();
      item.metadata_json = metadata.dump();
      const bool expected = Evaluate(filter, metadata);
      matched += expected;
      ASSERT_EQ(parsed->Matches(item), expected) << filter << " on " << metadata;
    }
  }
  EXPECT_GT(matched, 1000);
  EXPECT_LT(matched, 9000);
}

}  // namespace
}  // namespace imago
