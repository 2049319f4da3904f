// Input: a filter's JSON, a line break, an item's metadata.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "query/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const size_t line = input.find('\n');
  const auto filter = imago::Filter::Parse(input.substr(0, line));
  if (!filter.ok()) return 0;
  imago::Item item;
  item.id = "a.jpg";
  item.caption = "a caption";
  item.events.resize(1);
  item.events[0].type = "Arrest";
  item.events[0].arguments.resize(1);
  item.events[0].arguments[0].role = "Agent";
  item.events[0].arguments[0].filler = "Police";
  if (line != std::string::npos) item.metadata_json = input.substr(line + 1);
  const bool matches = filter->Matches(item);
  // The canonical text is a filter again, and the same one.
  const auto again = imago::Filter::Parse(filter->text());
  if (!again.ok() || again->text() != filter->text() || again->Matches(item) != matches) {
    std::abort();
  }
  return 0;
}
