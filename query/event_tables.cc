#include "query/event_tables.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <utility>

#include "query/filler.h"
#include "query/meaning.h"

namespace imago {
namespace {

constexpr size_t kBackgroundTypes = 32;

// "TransferMoney" to "Transfer money".
std::string Spaced(const std::string& name) {
  std::string spaced;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool starts =
        i > 0 && std::isupper(c) != 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if (starts) spaced += ' ';
    spaced += starts ? static_cast<char>(std::tolower(c)) : name[i];
  }
  return spaced;
}

}  // namespace

uint32_t Numbering::Intern(const std::string& text) {
  const auto [known, added] = by_text_.emplace(text, static_cast<uint32_t>(texts_.size()));
  if (added) texts_.push_back(text);
  return known->second;
}

uint32_t Numbering::Find(const std::string& text) const {
  const auto known = by_text_.find(text);
  return known == by_text_.end() ? TextVectors::kNone : known->second;
}

absl::StatusOr<EventTables::View> EventTables::Look(Collection& collection,
                                                    const Snapshot& snapshot,
                                                    const EventVectorsWanted& wanted) {
  {
    const std::unique_lock lock(mutex_);
    std::erase_if(tables_, [](const auto& one) { return one.second.segment.expired(); });
    for (const SegmentView& view : snapshot.segments) AddTable(view.segment);
    if (auto status = FillVectors(collection, wanted); !status.ok()) return status;
  }
  View view;
  view.lock = std::shared_lock(mutex_);
  view.words = &words_;
  // The snapshot holds its segments, so their tables are still there.
  for (const SegmentView& segment : snapshot.segments) {
    view.segments.push_back(tables_.at(segment.segment.get()).events);
  }
  return view;
}

void EventTables::AddTable(const std::shared_ptr<const Segment>& segment) {
  Kept& kept = tables_[segment.get()];
  if (kept.events != nullptr) return;
  auto table = std::make_shared<SegmentEvents>();
  for (size_t i = 0; i < segment->items.size(); ++i) {
    const std::vector<Event>& events = segment->items[i]->item.events;
    for (size_t k = 0; k < events.size(); ++k) {
      TableEvent place;
      place.item = static_cast<uint32_t>(i);
      place.number = static_cast<uint32_t>(k);
      AddEvent(events[k], place, *table);
    }
  }
  kept = {segment, std::move(table)};
}

void EventTables::AddEvent(const Event& event, TableEvent place, SegmentEvents& table) {
  place.type = TypeNumber(event.type);
  place.first = static_cast<uint32_t>(table.arguments.size());
  place.count = static_cast<uint32_t>(event.arguments.size());
  place.confidence = static_cast<float>(event.confidence);
  place.source = event.source;
  for (const EventArgument& one : event.arguments) {
    TableArgument argument;
    argument.role = words_.roles.Intern(one.role);
    argument.head = words_.heads.Intern(NormalPhrase(one.head.empty() ? one.filler : one.head));
    argument.filler = words_.fillers.Intern(NormalPhrase(one.filler));
    argument.confidence = static_cast<float>(one.confidence);
    table.arguments.push_back(argument);
  }
  table.events.push_back(place);
}

uint32_t EventTables::TypeNumber(const std::string& name) {
  const size_t before = words_.types.size();
  const uint32_t number = words_.types.Intern(name);
  if (number == before) words_.meaning_of.push_back(words_.meanings.Intern(MeaningOf(name)));
  return number;
}

std::string EventTables::MeaningOf(const std::string& name) const {
  const EventType* const type = ontology_.Find(name);
  return type == nullptr ? Spaced(name) : Spaced(name) + ": " + type->definition;
}

absl::Status EventTables::FillVectors(Collection& collection, const EventVectorsWanted& wanted) {
  if (!wanted.heads && wanted.types.empty()) return absl::OkStatus();
  if (auto status = FindBackgrounds(); !status.ok()) return status;
  if (wanted.heads) {
    if (auto status = words_.heads.Fill(collection); !status.ok()) return status;
  }
  if (wanted.types.empty()) return absl::OkStatus();
  for (const std::string& type : wanted.types) TypeNumber(type);
  return words_.meanings.Fill(collection);
}

absl::Status EventTables::FindBackgrounds() {
  if (has_backgrounds_) return absl::OkStatus();
  const auto heads = BackgroundCosine(encoder_, UnlikeNouns());
  if (!heads.ok()) return heads.status();
  std::vector<std::string> meanings = UnlikeNouns();
  if (ontology_.types().size() > 1) meanings.clear();
  for (size_t i = 0; i < std::min(kBackgroundTypes, ontology_.types().size()); ++i) {
    meanings.push_back(MeaningOf(ontology_.types()[i].name));
  }
  const auto types = BackgroundCosine(encoder_, meanings);
  if (!types.ok()) return types.status();
  words_.head_background = *heads;
  words_.type_background = *types;
  has_backgrounds_ = true;
  return absl::OkStatus();
}

}  // namespace imago
