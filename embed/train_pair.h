#ifndef IMAGO_EMBED_TRAIN_PAIR_H_
#define IMAGO_EMBED_TRAIN_PAIR_H_

// Training of any pair of towers that a bundle can name, from scratch or from weights of another
// bundle, on pictures with texts. One JSON file says how; unknown keys and values that cannot be
// are errors that name both. Every key but "model", "tokenizer" and "data" may be left out:
//
//   "model"       as in model.json (embed/bundle.h), without "format", "family" and "card"
//   "tokenizer"   {"file": PATH}, or {"learn": N}: sentencepiece learns N pieces (64 to 64000) of
//                 the training's texts; then "model" names the tokenizer "sentencepiece"
//   "data"        a list, of which each entry is a kind of pictures:
//     "manifest"    a table (embed/train_manifest.h) beside its files; may be given to the program
//                   instead. Rows of split "train" for use "train" are trained on, those of split
//                   "test" for use "train" are held out
//     "texts"       templates of its labels (embed/train_texts.h): "photos" (default), "pictures"
//                   or "names"
//     "augment"     "photos" (default), "drawings" or "none" (embed/augment.h)
//     "share"       of the batch, over the sum of all shares; above 0, default 1
//   "scenes"      {"share": S, "pictures": MANIFEST}: scenes of the world maker (embed/world.h), of
//                 drawn shapes where no "pictures" are named, made while training; their wrong
//                 captions join in as texts of no picture. share 0 to 1 of the batch, default 0
//   "cache_size"  pixels of a kept picture's side, 8 to 1024; default 5/4 of model's size
//   "image", "text"   how each tower is trained:
//     "from"        a bundle whose tower of the same shape it begins as; default: random weights
//     "train"       "all" (default), "frozen" or "last K": the last K blocks and what follows them
//     "rate"        its learning rate; default "rate"
//   "loss"        "softmax" (default), "sigmoid", or "tokens": a picture's row predicts its text's
//                 tokens (embed/torch/pair_loss.h); then the text tower is a "bag-of-tokens"
//   "chunk"       of the sigmoid loss: so many texts at a time, 0 (default): all
//   "scale"       of the logits at first, 1 to 100; default 1 / 0.07, with "sigmoid" 10
//   "max_scale"   limit of it, 1 to 1000; default 100
//   "bias"        of the logits at first, with "sigmoid", -100 to 100; default -10
//   "steps"       1 to 10 000 000; default 1000
//   "batch"       2 to 1 000 000 pictures, over all processes; default 256
//   "micro_batch" so many pictures at a time go through the towers, the negatives stay those of the
//                 whole batch (embed/torch/micro_batches.h); 0 (default): all
//   "rate"        5e-4;  0 to 1
//   "schedule"    "cosine" (default), "linear" or "constant", after the warm-up
//   "warmup"      steps in which the rate rises; default a twentieth of "steps"
//   "weight_decay" of matrices, 0 to 10; default 0.1
//   "clip"        longest gradient, above 0; 0: any; default 1
//   "ema"         decay of the averaged weights that the bundle then holds, 0 (none, default) to
//                 below 1; at step t at most (1 + t) / (10 + t)
//   "patch_dropout" share of a picture's patches that training leaves out, 0 (default) to 0.9; of
//                 the tower "vit"
//   "bfloat16"    true: towers compute in bf16, weights and optimiser stay f32; default false
//   "teacher"     {"bundle": DIR, "weight": W}: rows are drawn to those of that bundle, by cosine
//                 distance times W (above 0, default 1)
//   "held_out"    {"every": N, "patience": P, "pictures": M}: recall of M (default 2000, evenly
//                 spread) held-out pictures every N steps (default 0: never); after P times without
//                 a better one (default 0: never) training stops, and the best weights are kept
//   "checkpoint_every"  steps; default 100
//   "seed"        default 0

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/bundle.h"
#include "embed/train_control.h"

namespace imago {

struct TrainedPart {
  enum class Kind { kAll, kFrozen, kLast };
  Kind kind = Kind::kAll;
  int64_t blocks = 0;  // of kLast, at least 1
};

struct PairTower {
  std::string from;
  TrainedPart part;
  double rate = 0;
};

enum class PairTexts { kPhotos, kPictures, kNames };
enum class PairAugment { kPhotos, kDrawings, kNone };

struct PairData {
  std::string manifest;
  PairTexts texts = PairTexts::kPhotos;
  PairAugment augment = PairAugment::kPhotos;
  double share = 1;
};

enum class PairLossKind { kSoftmax, kSigmoid, kTokens };
enum class RateSchedule { kCosine, kLinear, kConstant };

// The file's values and defaults, by its names.
struct TrainPairOptions {
  BundleConfig model;
  std::string tokenizer_file;
  int learn_pieces = 0;
  std::vector<PairData> data;
  double scenes_share = 0;
  std::string scenes_pictures;
  int cache_size = 0;
  PairTower image;
  PairTower text;

  PairLossKind loss = PairLossKind::kSoftmax;
  int64_t chunk = 0;
  double scale = 0;
  double max_scale = 100;
  double bias = -10;

  int64_t steps = 1000;
  int64_t batch = 256;
  int64_t micro_batch = 0;
  double rate = 5e-4;
  RateSchedule schedule = RateSchedule::kCosine;
  int64_t warmup = 0;
  double weight_decay = 0.1;
  double clip = 1;
  double ema = 0;
  double patch_dropout = 0;
  bool bfloat16 = false;
  std::string teacher;
  double teacher_weight = 1;

  int64_t held_out_every = 0;
  int64_t patience = 0;
  int64_t held_out_pictures = 2000;
  int64_t checkpoint_every = 100;
  uint64_t seed = 0;

  // Not of the file.
  std::string config_json;  // as read
  std::string out_dir;      // the bundle, made or overwritten
  std::string run_dir;      // checkpoint, loss.tsv, report.html
  int threads = 1;
};

// kInvalidArgument names the key and the value that cannot be.
absl::StatusOr<TrainPairOptions> ParseTrainPairConfig(const std::string& json);

// The configuration as JSON with only the last part of every path: what others may see of it.
std::string ShownConfig(const TrainPairOptions& options);

// How many of the held-out pictures have their label's text as the nearest of all labels' texts.
struct HeldOutPoint {
  int64_t step = 0;   // steps done
  double recall = 0;  // percent
};

struct PairReport {
  std::string bundle_dir;
  std::string model;     // the bundle's id
  int64_t pictures = 0;  // to train on
  int64_t labels = 0;
  int64_t steps = 0;  // done; fewer than asked for after an early stop
  double first_loss = 0;
  double last_loss = 0;
  double pairs_per_second = 0;    // of this call's steps, over all processes
  int64_t held_out_pictures = 0;  // 0: there are none
  int64_t held_out_labels = 0;    // among which each is classified: chance is one of these
  std::vector<HeldOutPoint> held_out;
  double recall = 0;  // of the bundle's weights
};

// Trains to the end, or goes on from the checkpoint in run_dir. Started by mpirun, every process
// has its part of each batch, and rank 0 writes; they share a file system. Their gradient is that
// of one process, but where a batch norm is trained, which sees its process' part only. kCancelled
// after `stop`, with a checkpoint written; kFailedPrecondition when the checkpoint is of other
// settings; kAborted when the loss is no number any more; kInvalidArgument for settings and files
// that cannot be. The same settings on one thread give the same weights, interrupted or not.
absl::StatusOr<PairReport> TrainPair(const TrainPairOptions& options, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_PAIR_H_
