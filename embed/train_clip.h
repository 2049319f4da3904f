#ifndef IMAGO_EMBED_TRAIN_CLIP_H_
#define IMAGO_EMBED_TRAIN_CLIP_H_

// Training of a starter bundle: a common space of pictures and sentences over two pretrained
// networks (embed/torch/posterior_head.h has the formulas), from labelled photos. First a head
// learns over the frozen networks, then, if asked for, the later blocks of the picture network
// with it, on pictures of further kinds too.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/train_control.h"

namespace imago {

struct TrainClipOptions {
  std::string manifest;    // embed/train_manifest.h; rows of split "train" for use "train" train
  std::string photos_dir;  // of the manifest's files; the manifest's own folder when empty
  std::vector<std::string> also;  // further manifests for the tuning, beside their files
  std::string pretrained_dir;     // see embed/torch/pretrained.h, with vocab.txt
  std::string class_names;        // JSON array of the classifier's names, in order
  std::string out_dir;            // the bundle, made or overwritten
  std::string run_dir;            // checkpoint, loss.tsv, loss.html
  std::string cache_dir;          // features; "features" in run_dir when empty
  std::string name = "imago-clip-starter";
  std::string trunk = "efficientnet-lite2";
  std::string date;  // for the card

  int size = 192;         // of pictures in training
  int encode_size = 256;  // of pictures that the bundle encodes: larger, since random views enlarge
  int views = 5;          // of each photo: as is, and random ones
  int also_views = 4;     // of each picture of the further manifests
  int hidden = 320;       // units of the learned part
  int detail = 128;       // dimensions that only pictures use
  int detail_percent = 80;  // their share of a picture's row
  int steps = 400;          // 0: pictures are the pretrained classifier's estimate alone
  int batch = 256;          // photos in a step, and half as many pairs of photos
  int pairs = 12'000;       // texts about two labels
  int checkpoint_every = 50;
  uint64_t seed = 0;
  int threads = 1;
  Precision precision = Precision::kAuto;  // of the frozen picture network
  double learning_rate = 1e-3;             // of new layers; what is pretrained learns more slowly
  double max_logit_scale = 15;

  int tune_steps = 0;  // 0: the picture network stays as it is
  int tune_batch = 64;
  int tune_from = 11;       // the first block that is tuned
  double tune_rate = 1e-4;  // of the network's blocks
  // How far from where the tuning began to where it ended the weights of the bundle lie: between
  // the two is more of what the network knew before (WiSE-FT, Wortsman et al. 2022, arXiv
  // 2109.01903).
  double tune_share = 0.4;
};

struct TrainReport {
  std::string bundle_dir;
  std::string model;  // the bundle's id
  int64_t photos = 0;
  int64_t labels = 0;
  double first_loss = 0;
  double last_loss = 0;
  int64_t tune_pictures = 0;  // of the tuning; 0: there was none
  int64_t tune_labels = 0;
  int64_t test_photos = 0;  // of split "test", use "train"
  int64_t test_names = 0;   // among which each is classified, by "a photo of a {}."
  double test_top1 = 0;     // percent
  double test_top5 = 0;
};

// Trains to the end, or goes on from the checkpoint in run_dir. kCancelled after `stop`, with a
// checkpoint written; kFailedPrecondition when the checkpoint is of other settings;
// kInvalidArgument for settings and files that cannot be. The same settings on one thread give the
// same weights, interrupted or not.
absl::StatusOr<TrainReport> TrainClip(const TrainClipOptions& options, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_TRAIN_CLIP_H_
