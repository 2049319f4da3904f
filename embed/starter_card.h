#ifndef IMAGO_EMBED_STARTER_CARD_H_
#define IMAGO_EMBED_STARTER_CARD_H_

// What a trained bundle says of itself.

#include <string>
#include <vector>

#include "embed/train_clip.h"

namespace imago {

// The "card" of model.json: an object.
std::string StarterCardJson(const TrainClipOptions& options, const TrainReport& report,
                            const std::vector<std::string>& sources);
// CARD.md, for people.
std::string StarterCardText(const TrainClipOptions& options, const TrainReport& report,
                            const std::vector<std::string>& sources);
// NOTICE: whose work the weights contain.
std::string StarterNotice(const TrainClipOptions& options);

}  // namespace imago

#endif  // IMAGO_EMBED_STARTER_CARD_H_
