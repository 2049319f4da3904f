#ifndef IMAGO_EMBED_TRAIN_TAGGER_H_
#define IMAGO_EMBED_TRAIN_TAGGER_H_

// Trains what reads events off texts beside the rules (OpenTrainedExtractor): on news captions
// whose events an extraction system found, four fifths of them, and on sentences that are made from
// the ontology. The fifth that IsHeldOut marks is measured on at the end and used for nothing else.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "embed/eval_events.h"
#include "embed/train_control.h"

namespace imago {

struct TrainTaggerOptions {
  std::string manifest;     // news_captions.h
  std::string vectors_dir;  // a starter bundle: its text network's table of tokens, cut, has
                            // vectors for words; they stay as they are
  std::string out_dir;      // tagger.json, weights.safetensors and CARD.md, made or overwritten
  std::string run_dir;      // checkpoint, loss.tsv, loss.html
  int width = 96;           // of each direction of the LSTM
  int layers = 2;
  int context_layers = 0;  // of the same text network, which read words in context; 0: none
  int tuned_layers = 0;    // the last so many of these are trained, the others stay as they are
  int steps = 4'000;
  int batch = 32;         // sentences in a step
  int sentences = 4'000;  // made ones to learn from
  int checkpoint_every = 250;
  uint64_t seed = 1;
  int threads = 1;
};

struct TrainTaggerReport {
  std::string dir;
  std::string name;  // of the extractor
  double first_loss = 0;
  double last_loss = 0;
  uint64_t parameters = 0;
  EventScores news;  // held-out captions
  EventScores made;  // held-out made sentences
};

// Trains to the end, or goes on from the checkpoint in run_dir. kCancelled after `stop`, with a
// checkpoint written; kFailedPrecondition when the checkpoint is of other settings;
// kInvalidArgument for settings and files that cannot be. The same settings on one thread give the
// same weights, interrupted or not.
absl::StatusOr<TrainTaggerReport> TrainTagger(const TrainTaggerOptions& options,
                                              TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_TAGGER_H_
