#ifndef IMAGO_EMBED_JSON_MEMBERS_H_
#define IMAGO_EMBED_JSON_MEMBERS_H_

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace imago {

// Reads the members of one object, all of which may be absent: they then keep their value. The
// first mistake is kept and makes later reads no-ops.
class JsonMembers {
 public:
  using Json = nlohmann::ordered_json;

  JsonMembers(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) Fail(fmt::format("\"{}\" is no object", where_));
  }

  void Word(const char* key, std::string& out) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
      return Wrong(key, *value, "a word");
    }
    out = value->get<std::string>();
  }

  void Switch(const char* key, bool& out) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return Wrong(key, *value, "true or false");
    out = value->get<bool>();
  }

  template <typename Whole>
  void Integer(const char* key, int64_t min, int64_t max, Whole& out) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    if (!value->is_number_integer() || *value < min || *value > max) {
      return Wrong(key, *value, fmt::format("a whole number from {} to {}", min, max));
    }
    out = value->get<Whole>();
  }

  void Number(const char* key, double min, double max, double& out) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    const double read = value->is_number() ? value->get<double>() : NAN;
    if (!(read >= min && read <= max)) {
      return Wrong(key, *value, fmt::format("a number from {} to {}", min, max));
    }
    out = read;
  }

  template <typename Value>
  void Choice(const char* key, const std::vector<std::pair<const char*, Value>>& names,
              Value& out) {
    const Json* value = Find(key);
    if (value == nullptr) return;
    std::vector<std::string> known;
    for (const auto& [name, meaning] : names) {
      if (*value == name) {
        out = meaning;
        return;
      }
      known.push_back(fmt::format("\"{}\"", name));
    }
    Wrong(key, *value, fmt::format("one of {}", fmt::join(known, ", ")));
  }

  // The member as it is; null when absent.
  const Json* Find(const char* key) {
    if (!status_.ok()) return nullptr;
    read_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  void Wrong(const char* key, const Json& value, const std::string& wanted) {
    Fail(fmt::format("\"{}\" of {} is {}, it must be {}", key, where_, value.dump(), wanted));
  }
  void Fail(const std::string& what) { Keep(absl::InvalidArgumentError(what)); }
  void Keep(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // Call last: every member that was not read is unknown.
  absl::Status Finish() {
    for (auto item = object_.begin(); status_.ok() && item != object_.end(); ++item) {
      if (std::find(read_.begin(), read_.end(), item.key()) == read_.end()) {
        Fail(fmt::format("unknown key \"{}\" in {}: {}", item.key(), where_, item.value().dump()));
      }
    }
    return status_;
  }

 private:
  const Json& object_;
  std::string where_;
  std::vector<std::string> read_;
  absl::Status status_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_JSON_MEMBERS_H_
