#include "embed/event_template.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "fmt/format.h"

namespace imago {
namespace {

constexpr std::string_view kPrepositions[] = {
    "about",   "above",   "across",     "after",     "against", "aboard",     "along",  "alongside",
    "amid",    "among",   "amongst",    "around",    "as",      "at",         "before", "behind",
    "below",   "beneath", "beside",     "besides",   "between", "beyond",     "by",     "despite",
    "down",    "during",  "except",     "following", "for",     "from",       "in",     "inside",
    "into",    "like",    "near",       "of",        "off",     "on",         "onto",   "out",
    "outside", "over",    "past",       "since",     "through", "throughout", "to",     "toward",
    "towards", "under",   "underneath", "until",     "upon",    "up",         "using",  "via",
    "with",    "within",  "without"};

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

// The words between two roles.
struct Group {
  std::vector<std::string> words;
  std::string role;  // that follows, or empty at the end
};

absl::StatusOr<std::vector<Group>> Split(const std::string& text) {
  std::vector<Group> groups(1);
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    const bool opens = word.find('{') != std::string::npos;
    if (!opens && word.find('}') == std::string::npos) {
      groups.back().words.push_back(word);
      continue;
    }
    if (!word.starts_with('{') || !word.ends_with('}') || word.size() < 3 ||
        word.find_first_of("{}", 1) != word.size() - 1) {
      return Wrong(fmt::format("\"{}\" must be a role in braces", word));
    }
    groups.back().role = word.substr(1, word.size() - 2);
    groups.emplace_back();
  }
  return groups;
}

// "met with {Entity}": the preposition goes with the role.
absl::Status TakeVerb(Group group, EventTemplate& out) {
  if (group.words.empty()) return Wrong("there is no verb");
  std::string preposition;
  if (group.words.size() > 1 && !group.role.empty() && IsPreposition(group.words.back())) {
    preposition = group.words.back();
    group.words.pop_back();
  }
  out.verb = group.words;
  if (group.role.empty()) return absl::OkStatus();
  if (preposition.empty()) {
    out.object = group.role;
  } else {
    out.prepositions.emplace_back(preposition, group.role);
  }
  return absl::OkStatus();
}

absl::Status TakePhrase(const Group& group, EventTemplate& out) {
  if (group.role.empty()) {
    if (group.words.empty()) return absl::OkStatus();
    return Wrong(fmt::format("\"{}\" at the end belongs to no role", group.words.front()));
  }
  if (group.words.size() != 1 || !IsPreposition(group.words.front())) {
    return Wrong(fmt::format("before {{{}}} must stand one preposition", group.role));
  }
  out.prepositions.emplace_back(group.words.front(), group.role);
  return absl::OkStatus();
}

}  // namespace

bool IsPreposition(std::string_view word) {
  return std::find(std::begin(kPrepositions), std::end(kPrepositions), word) !=
         std::end(kPrepositions);
}

absl::StatusOr<EventTemplate> ParseEventTemplate(const std::string& text) {
  const auto groups = Split(text);
  if (!groups.ok()) return groups.status();
  EventTemplate out;
  out.text = text;
  size_t at = 0;
  if (groups->front().words.empty() && groups->size() > 1) {
    out.subject = groups->front().role;
    at = 1;
  }
  if (auto status = TakeVerb((*groups)[at], out); !status.ok()) return status;
  for (++at; at < groups->size(); ++at) {
    if (auto status = TakePhrase((*groups)[at], out); !status.ok()) return status;
  }
  return out;
}

std::vector<std::string> RolesOf(const EventTemplate& grammar) {
  std::vector<std::string> roles;
  const auto add = [&roles](const std::string& role) {
    if (!role.empty() && std::find(roles.begin(), roles.end(), role) == roles.end()) {
      roles.push_back(role);
    }
  };
  add(grammar.subject);
  add(grammar.object);
  for (const auto& [preposition, role] : grammar.prepositions) add(role);
  return roles;
}

}  // namespace imago
