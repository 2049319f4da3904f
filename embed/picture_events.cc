#include "embed/picture_events.h"

#include <algorithm>

namespace imago {
namespace {

constexpr double kLeastFiller = 0.05;

// A box that a network drew may leave the picture or have its edges exchanged.
Region Ordered(const Region& region) {
  const auto edge = [](double a) { return std::clamp(a, 0.0, 1.0); };
  const auto [left, right] = std::minmax({edge(region.left), edge(region.right)});
  const auto [top, bottom] = std::minmax({edge(region.top), edge(region.bottom)});
  return {left, top, right, bottom};
}

// Positions in descending order of their values.
std::vector<size_t> BestFirst(const std::vector<float>& values) {
  std::vector<size_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&values](size_t a, size_t b) { return values[a] > values[b]; });
  return order;
}

// The last words are what the phrase is about: "officer" of "police officer".
std::string HeadOf(const std::string& filler) {
  const size_t of = filler.find(" of ");
  const std::string front = filler.substr(0, of);
  return front.substr(front.find_last_of(' ') + 1);
}

void AddArguments(const PictureEventVocabulary& vocabulary, const PictureReading& reading,
                  const PictureEventType& type, Event& event) {
  for (size_t role = 0; role < type.roles.size(); ++role) {
    const std::vector<float>& fillers = reading.fillers[role];
    const std::vector<size_t> best = BestFirst(fillers);
    if (best.front() == vocabulary.fillers.size()) continue;
    for (const size_t i : best) {
      if (fillers[i] < kLeastFiller) break;
      if (i == vocabulary.fillers.size()) continue;
      EventArgument argument;
      argument.role = type.roles[role];
      argument.filler = vocabulary.fillers[i];
      argument.head = HeadOf(argument.filler);
      argument.confidence = std::min(1.0, double{fillers[i]});
      argument.region = Ordered(reading.regions[role]);
      event.arguments.push_back(std::move(argument));
    }
  }
}

}  // namespace

std::vector<Event> EventsOf(const PictureEventVocabulary& vocabulary, const PictureReading& reading,
                            double least) {
  std::vector<Event> events;
  const double none = double{reading.types.back()};
  for (const size_t i : BestFirst(reading.types)) {
    const double probability = double{reading.types[i]};
    if (i == vocabulary.types.size() || probability < least || probability < none) break;
    Event event;
    event.type = vocabulary.types[i].type;
    event.source = EventSource::kPicture;
    event.confidence = std::min(1.0, probability);
    AddArguments(vocabulary, reading, vocabulary.types[i], event);
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace imago
