#include "index/item_events.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace imago {
namespace {

void Shift(uint32_t by, TextSpan& span) {
  span.begin += by;
  span.end += by;
}

// The events of the line that begins at `begin`, their spans counted from the caption's start.
void ReadLine(const EventExtractor& extractor, const std::string& line, size_t begin, Item& item) {
  auto events = extractor.Extract(TextContent{line});
  if (!events.ok()) return;
  const auto by = static_cast<uint32_t>(begin);
  for (Event& event : *events) {
    Shift(by, event.trigger_span);
    for (EventArgument& argument : event.arguments) {
      Shift(by, argument.span);
      Shift(by, argument.head_span);
    }
    item.events.push_back(std::move(event));
  }
}

}  // namespace

void ReadCaptionEvents(const EventExtractor& extractor, Item& item) {
  std::vector<Event> seen = PictureEventsOf(item);
  item.events.clear();
  const std::string& caption = item.caption;
  for (size_t begin = 0; begin < caption.size();) {
    const size_t end = std::min(caption.find('\n', begin), caption.size());
    if (end > begin) ReadLine(extractor, caption.substr(begin, end - begin), begin, item);
    begin = end + 1;
  }
  item.events.insert(item.events.end(), std::make_move_iterator(seen.begin()),
                     std::make_move_iterator(seen.end()));
}

std::vector<Event> PictureEventsOf(const Item& item) {
  std::vector<Event> seen;
  for (const Event& event : item.events) {
    if (event.source == EventSource::kPicture) seen.push_back(event);
  }
  return seen;
}

}  // namespace imago
