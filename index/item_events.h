#ifndef IMAGO_INDEX_ITEM_EVENTS_H_
#define IMAGO_INDEX_ITEM_EVENTS_H_

// The events that are stored with an item.

#include <vector>

#include "absl/status/statusor.h"
#include "embed/event_extractor.h"
#include "embed/image.h"
#include "storage/item.h"

namespace imago {

// Reads the events of the item's caption anew, each of its lines by itself; those of its picture
// stay, after them. A line that the extractor refuses has none.
void ReadCaptionEvents(const EventExtractor& extractor, Item& item);
// Those seen in a picture that is ready for the encoder; none where the extractor is null or reads
// no pictures.
absl::StatusOr<std::vector<Event>> ReadPictureEvents(const EventExtractor* extractor,
                                                     const Image& image);
// The events of `item` that were seen in its picture.
std::vector<Event> PictureEventsOf(const Item& item);

}  // namespace imago

#endif  // IMAGO_INDEX_ITEM_EVENTS_H_
