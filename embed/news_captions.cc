#include "embed/news_captions.h"

#include <map>
#include <sstream>
#include <utility>

#include "embed/gunzip.h"
#include "embed/strict_json.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "storage/durable_file.h"
#include "storage/sha256.h"

namespace imago {
namespace {

using nlohmann::json;

constexpr size_t kMaxBytes = 256u << 20;

bool ReadText(const json& object, const char* name, std::string* out) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end() || !found->is_string()) return false;
  *out = found->get<std::string>();
  return true;
}

bool ReadArguments(const json& event, NewsEvent* out) {
  const auto list = event.find("args");
  if (list == event.end() || !list->is_array()) return false;
  for (const json& one : *list) {
    NewsArgument argument;
    if (!ReadText(one, "role", &argument.role) || !ReadText(one, "text", &argument.text)) {
      return false;
    }
    out->arguments.push_back(std::move(argument));
  }
  return true;
}

// Sentences in the order in which they first come, each with the events of the first picture that
// it stands under: every other picture names the same ones again.
class SentenceList {
 public:
  // `picture` is the number of the line.
  void Add(int picture, const std::string& words, NewsEvent event) {
    const auto [found, added] = places_.emplace(words, Place{sentences_.size(), picture});
    if (added) sentences_.push_back({words, JoinTokens(words), {}});
    const Place& place = found->second;
    if (place.picture == picture) sentences_[place.sentence].events.push_back(std::move(event));
  }
  bool Has(const std::string& words) const { return places_.count(words) > 0; }
  std::vector<NewsSentence>& sentences() { return sentences_; }

 private:
  struct Place {
    size_t sentence = 0;
    int picture = 0;
  };
  std::map<std::string, Place> places_;
  std::vector<NewsSentence> sentences_;
};

// What is wrong with the line; empty when nothing is.
std::string ReadLine(const std::string& line, int number, SentenceList& known, SentenceList& held) {
  if (auto status = CheckStrictJson(line); !status.ok()) return std::string(status.message());
  const json parsed = json::parse(line, nullptr, false);
  std::string id;
  if (!ReadText(parsed, "image_id", &id)) return "image_id must be a text";
  const auto events = parsed.find("events");
  if (events == parsed.end() || !events->is_array()) return "events must be a list";
  SentenceList& part = IsHeldOut(id) ? held : known;
  for (const json& one : *events) {
    NewsEvent event;
    std::string words;
    if (!ReadText(one, "type", &event.type) || !ReadText(one, "trigger", &event.trigger) ||
        !ReadText(one, "sentence", &words) || !ReadArguments(one, &event)) {
      return "an event must have type, trigger, sentence and args with role and text";
    }
    part.Add(number, words, std::move(event));
  }
  return "";
}

bool IsWord(const std::string& token) {
  const char c = token.empty() ? ' ' : token[0];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c & 0x80) != 0;
}

bool IsLetter(const std::string& token) {
  return token.size() == 1 && token[0] >= 'A' && token[0] <= 'Z';
}

}  // namespace

bool IsHeldOut(const std::string& image_id) {
  return std::stoul(Sha256(image_id).substr(0, 8), nullptr, 16) % 5 == 0;
}

std::string JoinTokens(std::string_view words) {
  std::istringstream in{std::string(words)};
  std::vector<std::string> tokens;
  for (std::string token; in >> token;) tokens.push_back(std::move(token));
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string& token = tokens[i];
    const std::string before = i > 0 ? tokens[i - 1] : "";
    const bool closes = std::string_view(".,;:!?)").find(token[0]) != std::string_view::npos;
    const bool hyphen = token == "-" && IsWord(before) && before != "FILE" &&
                        i + 1 < tokens.size() && IsWord(tokens[i + 1]);
    const bool after_hyphen =
        before == "-" && i > 1 && tokens[i - 2] != "FILE" && IsWord(token) && IsWord(tokens[i - 2]);
    const bool possessive = token == "'" || token == "\u2019";
    const bool after_quote = (before == "'" || before == "\u2019") && token == "s";
    const bool initials = i > 1 && before == "." && IsLetter(token) && IsLetter(tokens[i - 2]) &&
                          i + 1 < tokens.size() && tokens[i + 1].starts_with('.');
    const bool joined = i == 0 || closes || hyphen || after_hyphen || possessive || after_quote ||
                        initials || before == "(" || before == "$" || before == "/" || token == "/";
    if (!joined) out += ' ';
    out += token;
  }
  return out;
}

absl::StatusOr<NewsCaptions> ReadNewsCaptions(const std::string& path) {
  auto bytes = ReadWholeFile(path);
  if (!bytes.ok()) return bytes.status();
  if (IsGzip(*bytes)) {
    bytes = Gunzip(*bytes, kMaxBytes);
    if (!bytes.ok()) return bytes.status();
  }
  SentenceList known;
  SentenceList held;
  std::istringstream in(*bytes);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty()) continue;
    const std::string wrong = ReadLine(line, number, known, held);
    if (!wrong.empty()) {
      return absl::InvalidArgumentError(fmt::format("{}: line {}: {}", path, number, wrong));
    }
  }
  NewsCaptions captions;
  for (NewsSentence& one : known.sentences()) {
    if (!held.Has(one.words)) captions.known.push_back(std::move(one));
  }
  captions.held = std::move(held.sentences());
  return captions;
}

}  // namespace imago
