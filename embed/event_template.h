#ifndef IMAGO_EMBED_EVENT_TEMPLATE_H_
#define IMAGO_EMBED_EVENT_TEMPLATE_H_

// "{Agent} arrested {Person} in {Place}": which role stands before a verb, after it, and after
// which preposition. The subject may be missing ("bore {Person} in {Place}"), and so may the
// object. A role may stand in a template more than once.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct EventTemplate {
  std::string text;
  std::string subject;            // a role, or empty
  std::vector<std::string> verb;  // as in the template: "shook", "hands"
  std::string object;             // a role, or empty
  // Preposition and role, in the order of the template.
  std::vector<std::pair<std::string, std::string>> prepositions;
};

// kInvalidArgument says what is wrong with the text; whether the roles exist is not asked.
absl::StatusOr<EventTemplate> ParseEventTemplate(const std::string& text);
// Roles in the order of the text, each once.
std::vector<std::string> RolesOf(const EventTemplate& grammar);

bool IsPreposition(std::string_view word);  // lower case

}  // namespace imago

#endif  // IMAGO_EMBED_EVENT_TEMPLATE_H_
