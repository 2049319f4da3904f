#ifndef IMAGO_EMBED_PLAIN_READING_H_
#define IMAGO_EMBED_PLAIN_READING_H_

#include "embed/event_rules.h"

namespace imago {

// Whether the rules leave little open in an event of a verb: it has what one of the type's
// templates takes as subject and as object, and either another role than a place besides, or all
// noun phrases of the sentence but one have a role in its events or tell of one.
bool IsPlainReading(const RuleReading& reading, const DraftEvent& draft, const EventType& type);

}  // namespace imago

#endif  // IMAGO_EMBED_PLAIN_READING_H_
