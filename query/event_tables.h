#ifndef IMAGO_QUERY_EVENT_TABLES_H_
#define IMAGO_QUERY_EVENT_TABLES_H_

// The events of a snapshot's items as numbers, so that a search compares each type and each word
// once and then looks scores up. A segment's table is made when it is first searched and kept for
// as long as the segment is there; words and their vectors are shared by all segments.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "embed/event_ontology.h"
#include "index/collection.h"
#include "query/text_vectors.h"

namespace imago {

struct TableArgument {
  uint32_t role = 0;    // number in EventWords::roles
  uint32_t head = 0;    // in EventWords::heads
  uint32_t filler = 0;  // in EventWords::fillers
  float confidence = 1;
};

struct TableEvent {
  uint32_t item = 0;    // its place in Segment::items
  uint32_t number = 0;  // its place in Item::events
  uint32_t type = 0;    // in EventWords::types
  uint32_t first = 0;   // its arguments in SegmentEvents::arguments
  uint32_t count = 0;
  float confidence = 1;
  EventSource source = EventSource::kCaption;
};

struct SegmentEvents {
  std::vector<TableEvent> events;  // in order of item
  std::vector<TableArgument> arguments;
};

// Strings with numbers.
class Numbering {
 public:
  uint32_t Intern(const std::string& text);
  uint32_t Find(const std::string& text) const;  // TextVectors::kNone
  size_t size() const { return texts_.size(); }
  const std::string& text(uint32_t number) const { return texts_[number]; }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, uint32_t> by_text_;
};

struct EventWords {
  explicit EventWords(const Encoder& encoder) : heads(encoder), meanings(encoder) {}

  Numbering types;                   // names as stored
  Numbering roles;                   // names as stored
  Numbering fillers;                 // NormalPhrase (filler.h)
  TextVectors heads;                 // NormalPhrase of what fillers are about
  TextVectors meanings;              // of types: name and definition
  std::vector<uint32_t> meaning_of;  // by type: its number in `meanings`
  double head_background = 0;        // BackgroundCosine of UnlikeNouns
  double type_background = 0;        // of the first types of the ontology
};

// What a search needs vectors of.
struct EventVectorsWanted {
  bool heads = false;
  std::vector<std::string> types;  // names of the ontology's: of these, and of all that items have
};

// Thread-safe.
class EventTables {
 public:
  // Both outlive this.
  EventTables(const Encoder& encoder, const EventOntology& ontology)
      : encoder_(encoder), ontology_(ontology), words_(encoder) {}

  // A look at the words and at the tables of a snapshot's segments, in their order. Others may look
  // at the same time; nothing changes meanwhile.
  struct View {
    std::shared_lock<std::shared_mutex> lock;
    const EventWords* words = nullptr;
    std::vector<std::shared_ptr<const SegmentEvents>> segments;
  };
  // Makes what is missing, vectors of new words too where they are wanted: that may take long once
  // after many items have come, about a pass of the text encoder for each new word.
  absl::StatusOr<View> Look(Collection& collection, const Snapshot& snapshot,
                            const EventVectorsWanted& wanted);

 private:
  struct Kept {
    std::weak_ptr<const Segment> segment;
    std::shared_ptr<const SegmentEvents> events;
  };

  void AddTable(const std::shared_ptr<const Segment>& segment);
  void AddEvent(const Event& event, TableEvent place, SegmentEvents& table);
  uint32_t TypeNumber(const std::string& name);
  std::string MeaningOf(const std::string& type) const;
  absl::Status FillVectors(Collection& collection, const EventVectorsWanted& wanted);
  absl::Status FindBackgrounds();

  const Encoder& encoder_;
  const EventOntology& ontology_;
  std::shared_mutex mutex_;  // guards what follows
  EventWords words_;
  bool has_backgrounds_ = false;
  std::map<const Segment*, Kept> tables_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_EVENT_TABLES_H_
