#ifndef IMAGO_EMBED_NEWS_CAPTIONS_H_
#define IMAGO_EMBED_NEWS_CAPTIONS_H_

// News captions with the events that an extraction system found in them: JSON lines, plain or
// gzipped, {"image_id", "events": [{"type", "trigger", "sentence", "args": [{"role", "text"}]}]}.
// Silver, not gold: what is measured against them is agreement with that system.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace imago {

struct NewsArgument {
  std::string role;
  std::string text;
};

struct NewsEvent {
  std::string type;     // as published, "Justice.ArrestJail"
  std::string trigger;  // one word
  std::vector<NewsArgument> arguments;
};

// Each has at least one event: the corpus names no other sentences.
struct NewsSentence {
  std::string words;  // as published: a space around each sign
  std::string text;   // as people write it
  std::vector<NewsEvent> events;
};

struct NewsCaptions {
  std::vector<NewsSentence> known;  // four fifths
  std::vector<NewsSentence> held;   // the fifth to measure on
};

// Whether a picture is of the fifth: the first 32 bits of the SHA-256 of its id, modulo 5, are 0.
bool IsHeldOut(const std::string& image_id);

// Equal sentences of a part are one, with the events that the first of their pictures names;
// sentences that stand in both parts are held out only. Errors name the file and the line.
absl::StatusOr<NewsCaptions> ReadNewsCaptions(const std::string& path);

// "St . Paul , Minn ., said Geun - hye ' s" to "St. Paul, Minn., said Geun-hye's".
std::string JoinTokens(std::string_view words);

}  // namespace imago

#endif  // IMAGO_EMBED_NEWS_CAPTIONS_H_
