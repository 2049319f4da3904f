#include "embed/hash_events.h"

#include <algorithm>
#include <string>
#include <utility>

#include "embed/named_colours.h"

namespace imago {
namespace {

constexpr float kLeastShare = 0.05f;

// The named colours of a part, the nearest first.
std::vector<EventArgument> ColoursOf(const Image& image, const PixelBox& box,
                                     const std::string& role) {
  const auto shares = ColourShares(MeanColour(image, box));
  const Region region = {static_cast<double>(box.left) / image.width, 0,
                         static_cast<double>(box.right) / image.width, 1};
  std::vector<EventArgument> arguments;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] < kLeastShare) continue;
    EventArgument argument;
    argument.role = role;
    argument.filler = argument.head = std::string(kColours[i].word);
    argument.confidence = std::min(1.0, double{shares[i]});
    argument.region = region;
    arguments.push_back(std::move(argument));
  }
  std::stable_sort(arguments.begin(), arguments.end(),
                   [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  return arguments;
}

}  // namespace

std::vector<Event> HashEvents(const Image& image) {
  const int half = image.width / 2;
  std::vector<Event> events;
  if (half < 1 || image.height < 1) return events;
  Event event;
  event.type = "Arrest";
  event.source = EventSource::kPicture;
  event.confidence = 1;
  event.arguments = ColoursOf(image, {0, 0, half, image.height}, "Agent");
  const auto right = ColoursOf(image, {half, 0, image.width, image.height}, "Person");
  if (event.arguments.front().filler == right.front().filler) return events;
  event.arguments.insert(event.arguments.end(), right.begin(), right.end());
  events.push_back(std::move(event));
  return events;
}

}  // namespace imago
