#include <algorithm>

#include "embed/event_extractor.h"

namespace imago {
namespace {

void MergeArguments(const Event& from, Event& into) {
  for (const EventArgument& argument : from.arguments) {
    const bool known =
        std::any_of(into.arguments.begin(), into.arguments.end(), [&](const EventArgument& other) {
          return other.role == argument.role && other.filler == argument.filler;
        });
    if (!known) into.arguments.push_back(argument);
  }
}

std::vector<Event> MergeTypes(const std::vector<Event>& events) {
  std::vector<Event> merged;
  for (const Event& event : events) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&](const Event& other) { return other.type == event.type; });
    if (same == merged.end()) {
      merged.push_back(event);
    } else {
      MergeArguments(event, *same);
    }
  }
  return merged;
}

}  // namespace

std::optional<Event> SalientEvent(const std::vector<Event>& events, const EventTypeCounts& counts) {
  uint64_t total = 0;
  for (const auto& [type, count] : counts) total += count;
  const auto score = [&](const Event& event) {
    const auto found = counts.find(event.type);
    const double share = found == counts.end()
                             ? 0.0
                             : static_cast<double>(found->second) /
                                   static_cast<double>(std::max<uint64_t>(total, 1));
    return share + static_cast<double>(event.arguments.size());
  };
  std::optional<Event> best;
  for (Event& event : MergeTypes(events)) {
    if (!best || score(event) > score(*best)) best = std::move(event);
  }
  return best;
}

}  // namespace imago
