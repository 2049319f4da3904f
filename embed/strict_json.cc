#include "embed/strict_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

namespace imago {
namespace {

using Json = nlohmann::json;

// Sees every token of the text and builds nothing.
class StrictReader : public nlohmann::json_sax<Json> {
 public:
  explicit StrictReader(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }

  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    error_ = fmt::format("the key \"{}\" occurs twice in one object", name);
    return false;
  }

  bool parse_error(size_t position, const std::string&, const Json::exception&) override {
    error_ = fmt::format("no valid JSON at byte {}", position);
    return false;
  }

  const std::string& error() const { return error_; }

 private:
  bool Enter() {
    keys_.emplace_back();
    if (static_cast<int>(keys_.size()) <= max_depth_) return true;
    error_ = fmt::format("JSON nested deeper than {}", max_depth_);
    return false;
  }

  bool Leave() {
    keys_.pop_back();
    return true;
  }

  const int max_depth_;
  std::vector<std::unordered_set<std::string>> keys_;  // of each object and array we are in
  std::string error_;
};

}  // namespace

absl::Status CheckStrictJson(std::string_view text, int max_depth) {
  StrictReader reader(max_depth);
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return absl::OkStatus();
  return absl::InvalidArgumentError(reader.error());
}

}  // namespace imago
