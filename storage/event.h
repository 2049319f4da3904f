#ifndef IMAGO_STORAGE_EVENT_H_
#define IMAGO_STORAGE_EVENT_H_

// Who did what to whom: the noun Event. Types and roles are names of an ontology
// (embed/event_ontology.h).

#include <cstdint>
#include <string>
#include <vector>

namespace imago {

// A stretch of a text, in bytes of its UTF-8; end is one past the last. Empty where an event does
// not come from a text.
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

struct EventArgument {
  std::string role;
  std::string filler;  // the phrase without its article: "parts of a destroyed car"
  TextSpan span;
  std::string
      head;  // what the phrase is about, "parts"; of a name all of it, "Independence Square"
  TextSpan head_span;

  friend bool operator==(const EventArgument&, const EventArgument&) = default;
};

struct Event {
  std::string type;
  std::string trigger;  // the word that tells of it, as it stands there
  TextSpan trigger_span;
  std::vector<EventArgument> arguments;  // a role may have several
  double confidence = 0;                 // 0 to 1

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace imago

#endif  // IMAGO_STORAGE_EVENT_H_
