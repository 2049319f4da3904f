#ifndef IMAGO_EMBED_PAIR_EXAMPLES_H_
#define IMAGO_EMBED_PAIR_EXAMPLES_H_

// What a training of two towers learns from: pictures of manifests with sentences about their
// labels, and scenes of the world maker.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/augment.h"
#include "embed/train_manifest.h"
#include "embed/train_pair.h"
#include "embed/world.h"

namespace imago {

struct PairExample {
  Image view;  // of the model's size
  std::string text;
  int64_t key = 0;    // pictures of equal keys show what each other's texts say
  std::string wrong;  // of a scene: a text that is not true of it; else empty
  int64_t wrong_key = 0;
};

// Of a label or caption, whatever its case.
int64_t PairKey(std::string_view text);

class PairExamples {
 public:
  // Decodes all pictures to train on. kInvalidArgument for an entry without a manifest or without
  // a picture to train on.
  static absl::StatusOr<PairExamples> Load(const TrainPairOptions& options, TrainControl& control);

  // Example `index` of the batch of `step`, which depends on these and the seed alone: a scene, so
  // that their share is spread evenly over the batch, or a picture of an entry by its share, each
  // with probability as the count of its label within the entry^-1/2, in a random view, with a
  // random one of the templates. Thread-safe. Errors are those of a scene's picture.
  absl::StatusOr<PairExample> Draw(int64_t step, int64_t index) const;

  bool has_scenes() const { return world_.has_value(); }
  int64_t pictures() const;
  std::vector<std::string> labels() const;   // sorted
  std::vector<std::string> sources() const;  // of the pictures, sorted
  // Everything that can be said of the pictures, and some captions of scenes.
  std::vector<std::string> Texts() const;
  // Which pictures and labels these are, for a checkpoint.
  std::string Fingerprint() const;

 private:
  struct Kind {
    std::vector<LabelledPhoto> photos;
    std::vector<Image> pictures;
    std::vector<double> sums;  // of the pictures' weights, running
    PairTexts texts = PairTexts::kPhotos;
    std::optional<AugmentOptions> augment;  // none: as they are
  };

  static absl::StatusOr<Kind> LoadKind(const PairData& data, const TrainPairOptions& options,
                                       TrainControl& control);
  absl::StatusOr<PairExample> DrawScene(uint64_t number) const;

  PreprocessOptions preprocess_;
  uint64_t seed_ = 0;
  std::vector<Kind> kinds_;
  std::vector<double> shares_;  // of the kinds, running
  double scenes_share_ = 0;
  std::optional<World> world_;
};

// Pictures that are not trained on, and their labels' texts, among which each is classified.
struct HeldOutPictures {
  std::vector<Image> pictures;     // of the model's size
  std::vector<int64_t> labels;     // positions among the texts
  std::vector<std::string> texts;  // "a photo of a {}.", by ClassTemplates, of all held-out labels
};
// options.held_out_pictures of all, evenly spread; none where manifests have none.
absl::StatusOr<HeldOutPictures> LoadHeldOut(const TrainPairOptions& options, TrainControl& control);

}  // namespace imago

#endif  // IMAGO_EMBED_PAIR_EXAMPLES_H_
