#include "storage/event.h"

#include <fmt/format.h>

namespace imago {
namespace {

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

bool IsShare(double value) { return value >= 0 && value <= 1; }

bool IsRegion(const Region& region) {
  return IsShare(region.left) && IsShare(region.right) && IsShare(region.top) &&
         IsShare(region.bottom) && region.left <= region.right && region.top <= region.bottom;
}

absl::Status CheckSpan(const TextSpan& span, const std::string& what) {
  if (span.begin <= span.end) return absl::OkStatus();
  return Wrong(fmt::format("the {} of an event is from {} to {}", what, span.begin, span.end));
}

absl::Status CheckArgument(const EventArgument& argument) {
  if (argument.role.empty()) return Wrong("an argument of an event has no role");
  if (auto status = CheckSpan(argument.span, "argument"); !status.ok()) return status;
  if (auto status = CheckSpan(argument.head_span, "head"); !status.ok()) return status;
  if (!IsShare(argument.confidence)) {
    return Wrong(fmt::format("the {} of an event has the confidence {}", argument.role,
                             argument.confidence));
  }
  if (argument.region && !IsRegion(*argument.region)) {
    const Region& at = *argument.region;
    return Wrong(fmt::format("the {} of an event is at [{}, {}, {}, {}]", argument.role, at.left,
                             at.top, at.right, at.bottom));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view EventSourceName(EventSource source) {
  switch (source) {
    case EventSource::kCaption:
      return "caption";
    case EventSource::kPicture:
      return "picture";
  }
  return "unknown";
}

absl::Status CheckEvent(const Event& event) {
  if (event.type.empty()) return Wrong("an event has no type");
  if (auto status = CheckSpan(event.trigger_span, "trigger"); !status.ok()) return status;
  if (!IsShare(event.confidence)) {
    return Wrong(fmt::format("an event has the confidence {}", event.confidence));
  }
  for (const EventArgument& argument : event.arguments) {
    if (auto status = CheckArgument(argument); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace imago
