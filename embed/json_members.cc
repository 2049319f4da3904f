#include "embed/json_members.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace imago {

JsonMembers::JsonMembers(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) Fail(fmt::format("\"{}\" is no object", where_));
}

void JsonMembers::Word(const char* key, std::string& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    return Wrong(key, *value, "a word");
  }
  out = value->get<std::string>();
}

void JsonMembers::Switch(const char* key, bool& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return Wrong(key, *value, "true or false");
  out = value->get<bool>();
}

void JsonMembers::Number(const char* key, double min, double max, double& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  const double read = value->is_number() ? value->get<double>() : NAN;
  if (!(read >= min && read <= max)) {
    return Wrong(key, *value, fmt::format("a number from {} to {}", min, max));
  }
  out = read;
}

bool JsonMembers::ReadInteger(const char* key, int64_t min, int64_t max, int64_t& out) {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_number_integer() || *value < min || *value > max) {
    Wrong(key, *value, fmt::format("a whole number from {} to {}", min, max));
    return false;
  }
  out = value->get<int64_t>();
  return true;
}

int JsonMembers::FindWord(const char* key, const std::vector<const char*>& words) {
  const Json* value = Find(key);
  if (value == nullptr) return -1;
  for (size_t i = 0; i < words.size(); ++i) {
    if (*value == words[i]) return static_cast<int>(i);
  }
  Wrong(key, *value, fmt::format("one of \"{}\"", fmt::join(words, "\", \"")));
  return -1;
}

const JsonMembers::Json* JsonMembers::Find(const char* key) {
  if (!status_.ok()) return nullptr;
  read_.emplace_back(key);
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

void JsonMembers::Wrong(const char* key, const Json& value, const std::string& wanted) {
  Fail(fmt::format("\"{}\" of {} is {}, it must be {}", key, where_, value.dump(), wanted));
}

void JsonMembers::Fail(const std::string& what) { Keep(absl::InvalidArgumentError(what)); }

void JsonMembers::Keep(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

absl::Status JsonMembers::Finish() {
  for (auto item = object_.begin(); status_.ok() && item != object_.end(); ++item) {
    if (std::find(read_.begin(), read_.end(), item.key()) == read_.end()) {
      Fail(fmt::format("unknown key \"{}\" in {}: {}", item.key(), where_, item.value().dump()));
    }
  }
  return status_;
}

}  // namespace imago
