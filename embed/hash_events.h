#ifndef IMAGO_EMBED_HASH_EVENTS_H_
#define IMAGO_EMBED_HASH_EVENTS_H_

#include <vector>

#include "embed/image.h"
#include "storage/event.h"

namespace imago {

// What the deterministic twin (NewHashEncoder) sees happening: a picture whose left and right half
// are of different colours (named_colours.h) shows an Arrest with the confidence 1. Its Agent is
// the left half, its Person the right one, alternatives the colours' names with their shares, from
// 0.05 on. Other pictures show nothing.
std::vector<Event> HashEvents(const Image& image);

}  // namespace imago

#endif  // IMAGO_EMBED_HASH_EVENTS_H_
