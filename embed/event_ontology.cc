#include "embed/event_ontology.h"

#include <algorithm>
#include <set>
#include <utility>

#include "storage/durable_file.h"

namespace imago {

extern const unsigned char kEventsJson[];
extern const size_t kEventsJsonSize;

namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::set<std::string> NamesOf(const EventType& type) {
  std::set<std::string> names = {Lower(type.name)};
  for (const std::string& name : type.also) names.insert(Lower(name));
  return names;
}

}  // namespace

bool EventRole::Takes(FillerKind kind) const {
  return std::any_of(kinds.begin(), kinds.end(), [kind](FillerKind one) {
    return one == kind || one == FillerKind::kAnything;
  });
}

const EventRole* EventType::FindRole(std::string_view name) const {
  const std::string wanted = Lower(name);
  for (const EventRole& role : roles) {
    if (Lower(role.name) == wanted) return &role;
  }
  for (const EventRole& role : roles) {
    for (const std::string& also : role.also) {
      if (Lower(also) == wanted) return &role;
    }
  }
  return nullptr;
}

absl::StatusOr<EventOntology> EventOntology::House() {
  EventOntology ontology;
  const std::string_view json(reinterpret_cast<const char*>(kEventsJson), kEventsJsonSize);
  if (auto status = ontology.Add(json, "events.json"); !status.ok()) return status;
  return ontology;
}

absl::StatusOr<EventOntology> EventOntology::WithFile(const std::string& path) {
  auto ontology = House();
  if (!ontology.ok() || path.empty()) return ontology;
  const auto json = ReadWholeFile(path);
  if (!json.ok()) return json.status();
  if (auto status = ontology->Add(*json, path); !status.ok()) return status;
  return ontology;
}

absl::Status EventOntology::Add(std::string_view json, const std::string& file) {
  auto added = ParseEventTypes(json, file);
  if (!added.ok()) return added.status();
  std::set<std::string> names;
  std::set<std::string> all_names;
  for (const EventType& type : *added) {
    names.insert(Lower(type.name));
    all_names.merge(NamesOf(type));
  }
  for (EventType& type : types_) {
    if (names.count(Lower(type.name)) > 0) continue;
    std::erase_if(type.also, [&](const auto& name) { return all_names.count(Lower(name)) > 0; });
    added->push_back(std::move(type));
  }
  types_ = *std::move(added);
  by_name_.clear();
  for (size_t i = 0; i < types_.size(); ++i) {
    for (const std::string& name : NamesOf(types_[i])) by_name_.emplace(name, i);
  }
  // A type's own name goes before the same name under another's "also".
  for (size_t i = 0; i < types_.size(); ++i) by_name_[Lower(types_[i].name)] = i;
  return absl::OkStatus();
}

const EventType* EventOntology::Find(std::string_view name) const {
  const auto found = by_name_.find(Lower(name));
  return found == by_name_.end() ? nullptr : &types_[found->second];
}

}  // namespace imago
