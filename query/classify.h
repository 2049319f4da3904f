#ifndef IMAGO_QUERY_CLASSIFY_H_
#define IMAGO_QUERY_CLASSIFY_H_

// Zero-shot classification (Radford et al. 2021, section 3.1.4): which of one's own labels fits a
// picture best. No training; a label's vector is made from sentences that name it.

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "embed/image.h"
#include "kernels/matrix.h"

namespace imago {

// Labels times templates are at most 20,000.
struct LabelPrompts {
  std::vector<std::string> labels;     // 1 to 1000, all different, each 1 to 200 bytes of UTF-8
  std::vector<std::string> templates;  // 1 to 100, each at most 200 bytes with "{}" exactly once
};

struct LabelScore {
  std::string label;
  double p = 0;      // see Classifier::Classify
  double score = 0;  // cosine of picture and label
};

// A decoded picture, or a stored item when `image` is empty.
struct PictureToClassify {
  std::optional<Image> image{};
  std::string collection = "main";
  std::string item_id{};
};

struct ClassifyRequest {
  std::vector<PictureToClassify> pictures;
  LabelPrompts prompts;
  int top = 5;  // so many labels of each picture, at least 1
};

struct Classification {
  std::string model;
  size_t templates = 0;
  double logit_scale = 0;
  std::vector<std::vector<LabelScore>> results;  // for each picture, best label first
};

// kInvalidArgument names the field, "labels[3]" or "templates[0]", and what is wrong with it; too
// many of both together are a mistake of "labels".
absl::Status CheckLabelPrompts(const LabelPrompts& prompts);

// Remembers the vectors of the labels asked for last. Thread-safe.
class Classifier {
 public:
  // `encoder` outlives this.
  explicit Classifier(const Encoder& encoder) : encoder_(encoder) {}

  // [labels, dim], unit length: for each label the mean over the templates of the texts' unit
  // vectors, scaled to unit length. Errors: as CheckLabelPrompts; kInternal when a label's vectors
  // cancel each other out.
  absl::StatusOr<std::shared_ptr<const Matrix>> LabelVectors(const LabelPrompts& prompts);

  // The `top` best labels of each picture; `pictures` [n, dim], unit length. Over all labels
  //   p = softmax(Encoder::logit_scale * cosine),
  // so they sum to 1 whether or not any label fits: p compares the labels given, `score` says how
  // close the best one is. Equal ones in the order given. Errors as LabelVectors.
  absl::StatusOr<Classification> Classify(MatrixView pictures, const LabelPrompts& prompts,
                                          int top);

 private:
  struct Remembered {
    std::string key;
    std::shared_ptr<const Matrix> vectors;
  };
  std::shared_ptr<const Matrix> Recall(const std::string& key);
  void Remember(const std::string& key, const std::shared_ptr<const Matrix>& vectors);

  const Encoder& encoder_;
  std::mutex mutex_;
  std::list<Remembered> recent_;  // newest first
  size_t rows_ = 0;               // of all in recent_
};

}  // namespace imago

#endif  // IMAGO_QUERY_CLASSIFY_H_
