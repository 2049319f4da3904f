// Any bytes as a caption: every place is inside the text.

#include <cstdint>

#include "embed/event_extractor.h"

namespace {

void Check(const imago::TextSpan& span, size_t size) {
  if (span.begin >= span.end || span.end > size) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto rules = imago::NewRuleExtractor(imago::EventOntology::House().value());
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto events = rules->Extract(imago::TextContent{text});
  if (!events.ok()) return 0;
  for (const imago::Event& event : *events) {
    Check(event.trigger_span, size);
    for (const imago::EventArgument& one : event.arguments) {
      Check(one.span, size);
      Check(one.head_span, size);
    }
  }
  return 0;
}
