#include "embed/caption_phrases.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "absl/strings/str_join.h"

namespace imago {
namespace {

using Words = std::vector<std::string>;

// Words between two phrases, and where these then stand.
struct Link {
  std::string_view words;  // longer ones before those that they contain
  PhrasePlace before = PhrasePlace::kNone;
  PhrasePlace after = PhrasePlace::kNone;
};

constexpr PhrasePlace kLeft = PhrasePlace::kLeft;
constexpr PhrasePlace kRight = PhrasePlace::kRight;
constexpr PhrasePlace kAbove = PhrasePlace::kAbove;
constexpr PhrasePlace kBelow = PhrasePlace::kBelow;

constexpr std::array<Link, 18> kLinks = {{{"to the left of", kLeft, kRight},
                                          {"on the left of", kLeft, kRight},
                                          {"left of", kLeft, kRight},
                                          {"to the right of", kRight, kLeft},
                                          {"on the right of", kRight, kLeft},
                                          {"right of", kRight, kLeft},
                                          {"on top of", kAbove, kBelow},
                                          {"above", kAbove, kBelow},
                                          {"over", kAbove, kBelow},
                                          {"below", kBelow, kAbove},
                                          {"under", kBelow, kAbove},
                                          {"underneath", kBelow, kAbove},
                                          {"beneath", kBelow, kAbove},
                                          {"next to"},
                                          {"beside"},
                                          {"and"},
                                          {","},
                                          {"."}}};

// Words that say how a thing is: without any, and without a place, there is nothing to tell apart.
constexpr std::array<std::string_view, 30> kAttributes = {
    "red",   "green", "blue",  "yellow", "orange", "purple",  "pink", "brown", "black", "white",
    "grey",  "gray",  "small", "little", "tiny",   "large",   "big",  "huge",  "one",   "two",
    "three", "four",  "five",  "six",    "single", "several", "many", "few",   "dark",  "bright"};

constexpr std::array<std::string_view, 8> kOpenings = {"there is",   "there are",   "a picture of",
                                                       "a photo of", "an image of", "a drawing of",
                                                       "picture of", "photo of"};

// In lower case; commas and full stops are words.
Words Split(std::string_view caption) {
  Words words;
  bool open = false;
  for (const char c : caption) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isspace(letter)) {
      open = false;
    } else if (c == ',' || c == '.') {
      words.emplace_back(1, c);
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back().push_back(static_cast<char>(std::tolower(letter)));
    }
  }
  return words;
}

// How many of the words from `begin` on are these; 0 when others stand there.
size_t Match(std::span<const std::string> words, std::string_view these) {
  size_t count = 0;
  while (!these.empty()) {
    const size_t end = std::min(these.find(' '), these.size());
    if (count == words.size() || words[count] != these.substr(0, end)) return 0;
    ++count;
    these.remove_prefix(std::min(end + 1, these.size()));
  }
  return count;
}

bool HasAttribute(const Words& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kAttributes.begin(), kAttributes.end(), word) != kAttributes.end();
  });
}

size_t OpeningLength(std::span<const std::string> words) {
  for (const std::string_view opening : kOpenings) {
    if (const size_t length = Match(words, opening); length > 0) return length;
  }
  return 0;
}

}  // namespace

std::vector<CaptionPhrase> SplitCaption(std::string_view caption) {
  const Words words = Split(caption);
  const std::span<const std::string> all(words);
  std::vector<CaptionPhrase> phrases;
  PhrasePlace place = PhrasePlace::kNone;  // of the phrase that is being read
  size_t begin = OpeningLength(all);
  const auto end_phrase = [&](size_t end, const Link& link) {
    if (end > begin) {
      phrases.push_back({absl::StrJoin(all.subspan(begin, end - begin), " "),
                         place == PhrasePlace::kNone ? link.before : place});
    }
    place = link.after;
  };
  for (size_t at = begin; at < words.size();) {
    size_t length = 0;
    for (const Link& link : kLinks) {
      length = Match(all.subspan(at), link.words);
      if (length == 0) continue;
      end_phrase(at, link);
      begin = at + length;
      break;
    }
    at += std::max<size_t>(length, 1);
  }
  end_phrase(words.size(), {});
  const bool placed = std::any_of(phrases.begin(), phrases.end(), [](const CaptionPhrase& phrase) {
    return phrase.place != PhrasePlace::kNone;
  });
  if (phrases.size() < 2 || phrases.size() > kMaxCaptionPhrases) return {};
  if (!placed && !HasAttribute(words)) return {};
  return phrases;
}

}  // namespace imago
