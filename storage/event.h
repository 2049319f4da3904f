#ifndef IMAGO_STORAGE_EVENT_H_
#define IMAGO_STORAGE_EVENT_H_

// Who did what to whom: the noun Event. Types and roles are names of an ontology
// (embed/event_ontology.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace imago {

// A stretch of a text, in bytes of its UTF-8; end is one past the last. Empty where an event does
// not come from a text.
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

// A part of a picture, in shares of its width and height: 0 <= left <= right <= 1, top and bottom
// likewise.
struct Region {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  friend bool operator==(const Region&, const Region&) = default;
};

struct EventArgument {
  std::string role;
  std::string filler;  // the phrase without its article: "parts of a destroyed car"
  TextSpan span;
  std::string
      head;  // what the phrase is about, "parts"; of a name all of it, "Independence Square"
  TextSpan head_span;
  double confidence = 1;           // 0 to 1
  std::optional<Region> region{};  // where it is seen

  friend bool operator==(const EventArgument&, const EventArgument&) = default;
};

// What an event was read from. Numbers are stored.
enum class EventSource : uint8_t { kCaption = 0, kPicture = 1 };
std::string_view EventSourceName(EventSource source);  // "caption", "picture"

// Several arguments of one role mean all of them ("police and soldiers") where the event comes from
// a caption; where it comes from a picture they are alternatives, and their confidences the
// probabilities.
struct Event {
  std::string type;
  std::string trigger;  // the word that tells of it, as it stands there
  TextSpan trigger_span;
  std::vector<EventArgument> arguments;
  double confidence = 0;  // 0 to 1
  EventSource source = EventSource::kCaption;

  friend bool operator==(const Event&, const Event&) = default;
};

// kInvalidArgument, naming the value: no type or role, a span that ends before it begins, a
// confidence or a region out of range.
absl::Status CheckEvent(const Event& event);

}  // namespace imago

#endif  // IMAGO_STORAGE_EVENT_H_
