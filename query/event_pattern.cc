#include "query/event_pattern.h"

#include <algorithm>
#include <array>
#include <set>

#include "embed/event_words.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "query/spelling.h"

namespace imago {
namespace {

constexpr size_t kMaxRoles = 16;
constexpr size_t kMaxFillerBytes = 200;
constexpr size_t kMaxNames = 100;  // of roles, in a message
constexpr std::string_view kBlank = " \t\r\n";

absl::Status Wrong(const std::string& where, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", where, what));
}

std::string Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

// Reads the text of a pattern from the front.
class PatternReader {
 public:
  explicit PatternReader(const std::string& text) : text_(text) {}

  absl::StatusOr<EventPattern> Read() {
    EventPattern pattern;
    const size_t open = std::min(text_.find('('), text_.size());
    pattern.type = Trimmed(std::string_view(text_).substr(0, open));
    at_ = open;
    if (at_ < text_.size()) {
      ++at_;
      if (auto status = ReadRoles(pattern); !status.ok()) return status;
    }
    if (pattern.type.empty() && pattern.roles.empty()) return Fault("names no type and no role");
    if (pattern.type.find_first_of("=,)\"") != std::string::npos) {
      at_ = 0;
      return Fault(fmt::format("\"{}\" is no name of a type", pattern.type));
    }
    return pattern;
  }

 private:
  absl::Status Fault(const std::string& what) const {
    return Wrong("event", fmt::format("{} (at byte {} of '{}')", what, at_, text_));
  }

  void SkipBlanks() { at_ = std::min(text_.find_first_not_of(kBlank, at_), text_.size()); }
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }

  absl::Status ReadRoles(EventPattern& pattern) {
    SkipBlanks();
    while (!At(')')) {
      if (auto status = ReadRole(pattern); !status.ok()) return status;
      SkipBlanks();
      if (At(',')) {
        ++at_;
        SkipBlanks();
        if (At(')')) return Fault("a role must follow the comma");
      } else if (!At(')')) {
        return Fault("there must be a comma or a closing bracket");
      }
    }
    ++at_;
    SkipBlanks();
    return at_ == text_.size() ? absl::OkStatus() : Fault("nothing may follow the bracket");
  }

  absl::Status ReadRole(EventPattern& pattern) {
    const size_t end = text_.find_first_of("=,()", at_);
    RoleWish wish;
    wish.role = Trimmed(std::string_view(text_).substr(at_, end - at_));
    if (wish.role.empty() || end == std::string::npos || text_[end] != '=') {
      return Fault("there must be ROLE=FILLER");
    }
    at_ = end + 1;
    SkipBlanks();
    wish.negated = At('!');
    if (wish.negated) ++at_;
    SkipBlanks();
    const bool quoted = At('"');
    if (auto status = quoted ? ReadQuoted(wish.filler) : ReadPlain(wish.filler); !status.ok()) {
      return status;
    }
    if (wish.filler.empty()) {
      return Fault(fmt::format("the role {} must have a filler", wish.role));
    }
    if (!quoted && MeansAnyone(wish.filler)) wish.filler.clear();
    pattern.roles.push_back(std::move(wish));
    return absl::OkStatus();
  }

  absl::Status ReadPlain(std::string& filler) {
    const size_t end = std::min(text_.find_first_of(",()\"", at_), text_.size());
    filler = Trimmed(std::string_view(text_).substr(at_, end - at_));
    at_ = end;
    return absl::OkStatus();
  }

  absl::Status ReadQuoted(std::string& filler) {
    for (++at_; !At('"'); ++at_) {
      if (At('\\')) ++at_;
      if (at_ >= text_.size()) return Fault("a quote is not closed");
      filler += text_[at_];
    }
    ++at_;
    return absl::OkStatus();
  }

  const std::string& text_;
  size_t at_ = 0;
};

std::string Quoted(const std::string& filler) {
  if (filler.find_first_of(",()\"\\!") == std::string::npos && filler == Trimmed(filler) &&
      !MeansAnyone(filler)) {
    return filler;
  }
  std::string out = "\"";
  for (const char c : filler) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string TypeNames(const EventOntology& ontology, const std::string& wrong) {
  std::set<std::string> names;
  for (const EventType& type : ontology.types()) {
    names.insert(type.name);
    if (!type.parent.empty()) names.insert(type.parent);
  }
  const auto near = NearestNames(wrong, {names.begin(), names.end()});
  return fmt::format("there is no type \"{}\"; spelled most alike: {}", wrong,
                     fmt::join(near, ", "));
}

bool HasParent(const EventOntology& ontology, std::string_view name) {
  return std::any_of(ontology.types().begin(), ontology.types().end(), [&](const EventType& type) {
    return LowerAscii(type.parent) == LowerAscii(name);
  });
}

absl::Status CheckWish(const EventOntology& ontology, const EventPattern& pattern,
                       const RoleWish& wish, const std::string& where) {
  if (wish.filler.size() > kMaxFillerBytes) {
    return Wrong(
        fmt::format("{}.roles.{}", where, wish.role),
        fmt::format("must have at most {} bytes, has {}", kMaxFillerBytes, wish.filler.size()));
  }
  std::set<std::string> names;
  for (const EventType& type : ontology.types()) {
    if (!IsTypeOrBelow(ontology, type, pattern.type)) continue;
    if (type.FindRole(wish.role) != nullptr) return absl::OkStatus();
    for (const EventRole& role : type.roles) names.insert(role.name);
  }
  auto near = NearestNames(wish.role, {names.begin(), names.end()});
  if (!pattern.type.empty() && names.size() < kMaxNames) near.assign(names.begin(), names.end());
  return Wrong(
      where + ".roles",
      fmt::format("{} has no role \"{}\"; {}: {}", pattern.type.empty() ? "no type" : pattern.type,
                  wish.role, pattern.type.empty() ? "spelled most alike" : "there are",
                  fmt::join(near, ", ")));
}

}  // namespace

bool MeansAnyone(std::string_view filler) {
  constexpr std::array<std::string_view, 7> kWords = {"*",       "anyone",   "anybody",  "anything",
                                                      "someone", "somebody", "something"};
  return std::find(kWords.begin(), kWords.end(), LowerAscii(filler)) != kWords.end();
}

absl::StatusOr<EventPattern> ParseEventPattern(const std::string& text) {
  return PatternReader(text).Read();
}

std::string FormatEventPattern(const EventPattern& pattern) {
  std::vector<std::string> roles;
  for (const RoleWish& wish : pattern.roles) {
    roles.push_back(fmt::format("{}={}{}", wish.role, wish.negated ? "!" : "",
                                wish.filler.empty() ? "*" : Quoted(wish.filler)));
  }
  if (roles.empty()) return pattern.type;
  return fmt::format("{}({})", pattern.type, fmt::join(roles, ", "));
}

EventPattern PatternOf(const Event& event) {
  EventPattern pattern;
  pattern.type = event.type;
  for (const EventArgument& argument : event.arguments) {
    const bool there =
        std::any_of(pattern.roles.begin(), pattern.roles.end(),
                    [&](const RoleWish& wish) { return wish.role == argument.role; });
    if (there || pattern.roles.size() == kMaxRoles) continue;
    const bool whole = argument.filler.size() <= kMaxFillerBytes;
    const std::string& filler = whole ? argument.filler : argument.head;
    if (filler.size() <= kMaxFillerBytes) pattern.roles.push_back({argument.role, filler, false});
  }
  return pattern;
}

bool IsTypeOrBelow(const EventOntology& ontology, const EventType& type, std::string_view name) {
  if (name.empty()) return true;
  const EventType* const wanted = ontology.Find(name);
  const std::string lower = wanted != nullptr ? LowerAscii(wanted->name) : LowerAscii(name);
  if (LowerAscii(type.name) == lower) return true;
  // A chain of parents is no longer than there are types, even where a file makes it a ring.
  std::string parent = type.parent;
  for (size_t step = 0; !parent.empty() && step < ontology.types().size(); ++step) {
    if (LowerAscii(parent) == lower) return true;
    const EventType* const next = ontology.Find(parent);
    if (next == nullptr || next->parent == parent) break;
    parent = next->parent;
  }
  return false;
}

absl::Status CheckEventPattern(const EventOntology& ontology, const EventPattern& pattern,
                               const std::string& where) {
  if (pattern.type.empty() && pattern.roles.empty()) {
    return Wrong(where, "must have a type or a role");
  }
  if (!pattern.type.empty() && ontology.Find(pattern.type) == nullptr &&
      !HasParent(ontology, pattern.type)) {
    return Wrong(where + ".type", TypeNames(ontology, pattern.type));
  }
  if (pattern.roles.size() > kMaxRoles) {
    return Wrong(where + ".roles", fmt::format("must have at most {} roles, has {}", kMaxRoles,
                                               pattern.roles.size()));
  }
  std::set<std::string> seen;
  for (const RoleWish& wish : pattern.roles) {
    if (auto status = CheckWish(ontology, pattern, wish, where); !status.ok()) return status;
    if (!seen.insert(LowerAscii(wish.role)).second) {
      return Wrong(where + ".roles", fmt::format("\"{}\" is there twice", wish.role));
    }
  }
  return absl::OkStatus();
}

}  // namespace imago
