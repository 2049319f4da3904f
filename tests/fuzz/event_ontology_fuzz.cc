// Any bytes as an ontology's file: read or refused, and what is read can read captions.

#include <cstdint>

#include "embed/event_extractor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  imago::EventOntology ontology;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (!ontology.Add(json, "fuzz.json").ok()) return 0;
  const auto rules = imago::NewRuleExtractor(std::move(ontology));
  const imago::TextContent caption = {"Police arrested a man with batons and carried him to Kyiv."};
  if (!rules->Extract(caption).ok()) __builtin_trap();
  return 0;
}
