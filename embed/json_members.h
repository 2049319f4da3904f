#ifndef IMAGO_EMBED_JSON_MEMBERS_H_
#define IMAGO_EMBED_JSON_MEMBERS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json_fwd.hpp"

namespace imago {

// Reads the members of one object, all of which may be absent: they then keep their value. The
// first mistake is kept and makes later reads no-ops.
class JsonMembers {
 public:
  using Json = nlohmann::ordered_json;

  // Keeps `object`; `where` is what errors call it.
  JsonMembers(const Json& object, std::string where);

  void Word(const char* key, std::string& out);
  void Switch(const char* key, bool& out);
  void Number(const char* key, double min, double max, double& out);

  template <typename Whole>
  void Integer(const char* key, int64_t min, int64_t max, Whole& out) {
    auto value = static_cast<int64_t>(out);
    if (ReadInteger(key, min, max, value)) out = static_cast<Whole>(value);
  }

  template <typename Value>
  void Choice(const char* key, const std::vector<std::pair<const char*, Value>>& names,
              Value& out) {
    std::vector<const char*> words;
    for (const auto& [name, meaning] : names) words.push_back(name);
    const int found = FindWord(key, words);
    if (found >= 0) out = names[found].second;
  }

  // The member as it is; null when absent.
  const Json* Find(const char* key);
  void Fail(const std::string& what);
  void Keep(absl::Status status);
  // Call last: every member that was not read is unknown.
  absl::Status Finish();

 private:
  // Whether there is one, and it is right.
  bool ReadInteger(const char* key, int64_t min, int64_t max, int64_t& out);
  // Which of the words the member is; -1 when absent or none of them.
  int FindWord(const char* key, const std::vector<const char*>& words);
  void Wrong(const char* key, const Json& value, const std::string& wanted);

  const Json& object_;
  std::string where_;
  std::vector<std::string> read_;
  absl::Status status_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_JSON_MEMBERS_H_
