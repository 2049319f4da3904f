#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <utility>

#include "embed/event_ontology.h"
#include "embed/event_verbs.h"
#include "embed/strict_json.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "nlohmann/json.hpp"

namespace imago {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 17> kKindNames = {
    "anything", "person", "organization", "place", "vehicle",   "weapon",
    "tool",     "object", "animal",       "food",  "substance", "clothing",
    "body",     "money",  "document",     "event", "disease"};
constexpr size_t kMaxTextBytes = 500;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// One type of a file; its errors name the file, the type and the member.
class TypeReader {
 public:
  TypeReader(const ordered_json& json, std::string where) : json_(json), where_(std::move(where)) {}

  absl::StatusOr<EventType> Read() {
    if (!json_.is_object()) return Wrong("", "must be an object");
    if (auto status = ReadText("type", true, &type_.name); !status.ok()) return status;
    where_ = fmt::format("{}: type \"{}\"", where_.substr(0, where_.rfind(": ")), type_.name);
    const auto steps = {&TypeReader::CheckMembers,  &TypeReader::ReadPlain,
                        &TypeReader::ReadRoles,     &TypeReader::ReadRoleNames,
                        &TypeReader::ReadTemplates, &TypeReader::ReadVerbs,
                        &TypeReader::ReadSymmetric};
    for (const auto step : steps) {
      if (auto status = (this->*step)(); !status.ok()) return status;
    }
    return std::move(type_);
  }

 private:
  absl::Status Wrong(const std::string& member, const std::string& what) const {
    return absl::InvalidArgumentError(member.empty()
                                          ? fmt::format("{}: {}", where_, what)
                                          : fmt::format("{}: {}: {}", where_, member, what));
  }

  absl::Status CheckMembers() {
    constexpr std::array<std::string_view, 13> kMembers = {
        "type",  "parent", "also",  "definition", "roles",    "role_also", "templates",
        "verbs", "like",   "nouns", "adjectives", "keywords", "symmetric"};
    for (const auto& [key, value] : json_.items()) {
      if (std::find(kMembers.begin(), kMembers.end(), key) == kMembers.end()) {
        return Wrong(
            key, fmt::format("there is no such member, there are {}", fmt::join(kMembers, ", ")));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckText(const std::string& member, const ordered_json& value) const {
    if (!value.is_string()) return Wrong(member, fmt::format("{} must be a text", value.dump()));
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() > kMaxTextBytes) {
      return Wrong(member,
                   fmt::format("must have 1 to {} bytes, has {}", kMaxTextBytes, text.size()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadText(const std::string& member, bool needed, std::string* out) const {
    const auto found = json_.find(member);
    if (found == json_.end()) return needed ? Wrong(member, "is missing") : absl::OkStatus();
    if (auto status = CheckText(member, *found); !status.ok()) return status;
    *out = found->get<std::string>();
    return absl::OkStatus();
  }

  // Texts, none twice (case aside).
  absl::Status TakeList(const std::string& member, const ordered_json& list,
                        std::vector<std::string>* out) const {
    if (!list.is_array()) return Wrong(member, fmt::format("{} must be a list", list.dump()));
    std::set<std::string> seen;
    for (const ordered_json& value : list) {
      if (auto status = CheckText(member, value); !status.ok()) return status;
      out->push_back(value.get<std::string>());
      if (!seen.insert(Lower(out->back())).second) {
        return Wrong(member, fmt::format("\"{}\" stands there twice", out->back()));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadList(const std::string& member, std::vector<std::string>* out) const {
    const auto found = json_.find(member);
    return found == json_.end() ? absl::OkStatus() : TakeList(member, *found, out);
  }

  absl::Status ReadPlain() {
    if (auto status = ReadText("parent", false, &type_.parent); !status.ok()) return status;
    if (auto status = ReadText("definition", true, &type_.definition); !status.ok()) return status;
    if (auto status = ReadList("also", &type_.also); !status.ok()) return status;
    if (auto status = ReadList("nouns", &type_.nouns); !status.ok()) return status;
    if (auto status = ReadList("adjectives", &type_.adjectives); !status.ok()) return status;
    return ReadList("keywords", &type_.keywords);
  }

  absl::Status ReadKinds(const std::string& name, const ordered_json& list) {
    const std::string member = "roles." + name;
    std::vector<std::string> names;
    if (auto status = TakeList(member, list, &names); !status.ok()) return status;
    if (names.empty()) return Wrong(member, "must name at least one kind");
    EventRole role{name, {}, {}};
    for (const std::string& kind : names) {
      const auto* found = std::find(kKindNames.begin(), kKindNames.end(), kind);
      if (found == kKindNames.end()) {
        return Wrong(member, fmt::format("\"{}\" is no kind, there are {}", kind,
                                         fmt::join(kKindNames, ", ")));
      }
      role.kinds.push_back(static_cast<FillerKind>(found - kKindNames.begin()));
    }
    type_.roles.push_back(std::move(role));
    return absl::OkStatus();
  }

  absl::Status ReadRoles() {
    const auto found = json_.find("roles");
    if (found == json_.end()) return Wrong("roles", "is missing");
    if (!found->is_object() || found->empty()) {
      return Wrong("roles", "must be an object with at least one role");
    }
    for (const auto& [name, kinds] : found->items()) {
      if (name.empty() || name.find_first_of("{} \t\r\n") != std::string::npos) {
        return Wrong("roles", fmt::format("\"{}\" is no name for a role", name));
      }
      if (type_.FindRole(name) != nullptr) {
        return Wrong("roles", fmt::format("\"{}\" stands there twice", name));
      }
      if (auto status = ReadKinds(name, kinds); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The role with exactly this name; null when there is none.
  EventRole* RoleNamed(const std::string& name) {
    for (EventRole& role : type_.roles) {
      if (role.name == name) return &role;
    }
    return nullptr;
  }

  absl::Status NoRole(const std::string& member, const std::string& name) const {
    std::vector<std::string_view> names;
    for (const EventRole& role : type_.roles) names.push_back(role.name);
    return Wrong(
        member, fmt::format("there is no role \"{}\", there are {}", name, fmt::join(names, ", ")));
  }

  absl::Status ReadRoleNames() {
    const auto found = json_.find("role_also");
    if (found == json_.end()) return absl::OkStatus();
    if (!found->is_object()) return Wrong("role_also", "must be an object");
    for (const auto& [name, list] : found->items()) {
      EventRole* role = RoleNamed(name);
      if (role == nullptr) return NoRole("role_also", name);
      std::vector<std::string> also;
      if (auto status = TakeList("role_also." + name, list, &also); !status.ok()) return status;
      for (const std::string& other : also) {
        if (type_.FindRole(other) != nullptr) {
          return Wrong("role_also." + name, fmt::format("\"{}\" is a role's name already", other));
        }
      }
      role->also = std::move(also);
    }
    return absl::OkStatus();
  }

  absl::Status ReadTemplates() {
    std::vector<std::string> texts;
    if (auto status = ReadList("templates", &texts); !status.ok()) return status;
    if (texts.empty()) return Wrong("templates", "must have at least one");
    for (const std::string& text : texts) {
      auto grammar = ParseEventTemplate(text);
      const std::string member = fmt::format("templates: \"{}\"", text);
      if (!grammar.ok()) return Wrong(member, std::string(grammar.status().message()));
      for (const std::string& role : RolesOf(*grammar)) {
        if (RoleNamed(role) == nullptr) return NoRole(member, role);
      }
      type_.frames.push_back({*std::move(grammar), {}});
    }
    return absl::OkStatus();
  }

  // "shook" "hands" is a form of "shake hand".
  static bool IsFormOf(const std::vector<std::string>& words, const std::string& verb) {
    const size_t space = verb.find(' ');
    const auto forms = InflectVerb(verb.substr(0, space));
    const bool first = std::any_of(forms.begin(), forms.end(), [&](const InflectedVerb& form) {
      return form.word == Lower(words.front());
    });
    const std::string rest = space == std::string::npos ? "" : verb.substr(space + 1);
    return first &&
           fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " ")).starts_with(rest);
  }

  absl::Status ReadLike() {
    const auto found = json_.find("like");
    if (found == json_.end()) return absl::OkStatus();
    if (!found->is_object()) return Wrong("like", "must be an object");
    for (const auto& [key, list] : found->items()) {
      const std::string member = "like." + key;
      const auto frame =
          std::find_if(type_.frames.begin() + 1, type_.frames.end(),
                       [&key](const EventFrame& one) { return IsFormOf(one.grammar.verb, key); });
      if (frame == type_.frames.end()) return Wrong(member, "no further template has this verb");
      if (!frame->verbs.empty()) return Wrong(member, "its template has verbs already");
      frame->verbs.push_back(key);
      if (auto status = TakeList(member, list, &frame->verbs); !status.ok()) return status;
      if (std::count(frame->verbs.begin(), frame->verbs.end(), key) > 1) {
        return Wrong(member, fmt::format("\"{}\" stands there twice", key));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadVerbs() {
    if (json_.find("verbs") == json_.end()) return Wrong("verbs", "is missing");
    EventFrame& first = type_.frames.front();
    if (auto status = ReadList("verbs", &first.verbs); !status.ok()) return status;
    if (auto status = ReadLike(); !status.ok()) return status;
    for (const EventFrame& frame : type_.frames) {
      const bool known =
          std::any_of(frame.verbs.begin(), frame.verbs.end(),
                      [&](const std::string& verb) { return IsFormOf(frame.grammar.verb, verb); });
      if (known) continue;
      return Wrong("templates", fmt::format("the verb of \"{}\" is neither in verbs nor in like",
                                            frame.grammar.text));
    }
    return absl::OkStatus();
  }

  absl::Status ReadSymmetric() {
    if (auto status = ReadList("symmetric", &type_.symmetric); !status.ok()) return status;
    for (const std::string& name : type_.symmetric) {
      if (RoleNamed(name) == nullptr) return NoRole("symmetric", name);
    }
    return absl::OkStatus();
  }

  const ordered_json& json_;
  std::string where_;
  EventType type_;
};

// Names are the type's own and those under "also"; within a file each means one type.
absl::Status ClaimNames(const EventType& type, const std::string& file,
                        std::set<std::string>& taken) {
  std::vector<std::string> names = {type.name};
  names.insert(names.end(), type.also.begin(), type.also.end());
  for (const std::string& name : names) {
    if (taken.insert(Lower(name)).second) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: type \"{}\": the name \"{}\" is taken", file, type.name, name));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view FillerKindName(FillerKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

absl::StatusOr<std::vector<EventType>> ParseEventTypes(std::string_view json,
                                                       const std::string& file) {
  const auto wrong = [&file](const std::string& what) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", file, what));
  };
  if (auto status = CheckStrictJson(json); !status.ok())
    return wrong(std::string(status.message()));
  const ordered_json parsed = ordered_json::parse(json, nullptr, false);
  if (!parsed.is_object() || parsed.size() != 1 || !parsed.contains("events") ||
      !parsed["events"].is_array()) {
    return wrong("must be {\"events\": [...]} and nothing else");
  }
  std::vector<EventType> types;
  std::set<std::string> taken;
  for (const ordered_json& one : parsed["events"]) {
    auto type = TypeReader(one, fmt::format("{}: type {}", file, types.size() + 1)).Read();
    if (!type.ok()) return type.status();
    if (auto status = ClaimNames(*type, file, taken); !status.ok()) return status;
    types.push_back(*std::move(type));
  }
  return types;
}

}  // namespace imago
