#ifndef IMAGO_WEB_JSON_FIELDS_H_
#define IMAGO_WEB_JSON_FIELDS_H_

// Strict reading of JSON requests: every error names the field.

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace imago {

// The object that `text` is. Refuses other values, nesting deeper than 32, text that is not UTF-8
// and names that occur twice in one object.
absl::StatusOr<nlohmann::json> ParseJsonObject(const std::string& text);
std::string DumpJson(const nlohmann::json& json);

// The members of one object. `where` is its place ("query[0]"), empty for the outermost.
class Fields {
 public:
  Fields(const nlohmann::json& object, std::string where);

  // Fails on a member that is in neither list; those of `later` with a message that this version
  // cannot do it.
  absl::Status CheckNames(std::initializer_list<const char*> known,
                          std::initializer_list<const char*> later = {}) const;

  // The member, null when absent or null.
  const nlohmann::json* Find(const std::string& name) const;
  // Its place: "query[0].weight".
  std::string Place(const std::string& name) const;

  // Absent members leave `out` as it is; mistyped ones and numbers out of range are errors.
  absl::Status Read(const std::string& name, std::string* out) const;
  absl::Status Read(const std::string& name, bool* out) const;
  absl::Status Read(const std::string& name, std::vector<std::string>* out) const;
  absl::Status ReadNumber(const std::string& name, double low, double high, double* out) const;
  absl::Status ReadInt(const std::string& name, int low, int high, int* out) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
};

// Standard base64, white space allowed.
absl::StatusOr<std::string> DecodeBase64(const std::string& field, const std::string& base64);
// Text to search by: 1 to 4096 bytes that are more than white space.
absl::Status CheckText(const std::string& field, const std::string& text);

}  // namespace imago

#endif  // IMAGO_WEB_JSON_FIELDS_H_
