#ifndef IMAGO_INDEX_ITEM_EVENTS_H_
#define IMAGO_INDEX_ITEM_EVENTS_H_

// The events that are stored with an item.

#include <vector>

#include "embed/event_extractor.h"
#include "storage/item.h"

namespace imago {

// Reads the events of the item's caption anew, each of its lines by itself; those of its picture
// stay, after them. A line that the extractor refuses has none.
void ReadCaptionEvents(const EventExtractor& extractor, Item& item);
// The events of `item` that were seen in its picture.
std::vector<Event> PictureEventsOf(const Item& item);

}  // namespace imago

#endif  // IMAGO_INDEX_ITEM_EVENTS_H_
