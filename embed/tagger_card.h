#ifndef IMAGO_EMBED_TAGGER_CARD_H_
#define IMAGO_EMBED_TAGGER_CARD_H_

// What is said of a trained tagger of events, for people and for programs.

#include <string>

#include "embed/tagger_config.h"
#include "embed/train_tagger.h"

namespace imago {

std::string TaggerCardJson(const TrainTaggerOptions& options, const TrainTaggerReport& report);
std::string TaggerCardText(const TrainTaggerOptions& options, const TaggerConfig& config,
                           const TrainTaggerReport& report);

}  // namespace imago

#endif  // IMAGO_EMBED_TAGGER_CARD_H_
