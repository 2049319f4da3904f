#include "embed/eval_captions.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "embed/bag_of_words.h"
#include "embed/eval_parts.h"
#include "embed/eval_photos.h"
#include "embed/eval_sets.h"
#include "embed/label_vectors.h"
#include "embed/retrieval_metrics.h"

namespace imago {
namespace {

constexpr size_t kNamesOfAPicture = 10;

// For each picture the names that fit it best, as one text.
absl::StatusOr<std::vector<std::string>> NamesOf(const Encoder& encoder, const Matrix& pictures,
                                                 const EvalOptions& options) {
  const auto names = EncodeLabels(encoder, options.words, {options.label_template});
  if (!names.ok()) return names.status();
  const Matrix scores = Scores(pictures, *names);
  const size_t count = std::min(kNamesOfAPicture, options.words.size());
  std::vector<uint32_t> order(options.words.size());
  std::vector<std::string> bags;
  for (size_t p = 0; p < pictures.rows(); ++p) {
    const float* row = scores.row(p);
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [row](uint32_t a, uint32_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    std::string& bag = bags.emplace_back();
    for (size_t i = 0; i < count; ++i) bag += options.words[order[i]] + "\n";
  }
  return bags;
}

Matrix Transposed(const Matrix& matrix) {
  Matrix transposed(matrix.cols(), matrix.rows());
  for (size_t r = 0; r < matrix.rows(); ++r) {
    for (size_t c = 0; c < matrix.cols(); ++c) transposed.row(c)[r] = matrix.row(r)[c];
  }
  return transposed;
}

// Which caption has which picture, both ways.
struct CaptionPairs {
  std::vector<std::vector<uint32_t>> photo_of;
  std::vector<std::vector<uint32_t>> captions_of;
};

CaptionPairs PairsOf(const CaptionedSet& set) {
  CaptionPairs pairs;
  pairs.captions_of.resize(set.paths.size());
  for (uint32_t i = 0; i < set.captions.size(); ++i) {
    pairs.photo_of.push_back({set.picture_of[i]});
    pairs.captions_of[set.picture_of[i]].push_back(i);
  }
  return pairs;
}

// Recall both ways by scores [captions, pictures] and, transposed, [pictures, captions].
void AddCaptionRecalls(const CaptionPairs& pairs, const Matrix& by_caption,
                       const Matrix& by_picture, EvalReport& report) {
  const std::vector<size_t> ks = {1, 5, 10};
  AddRecalls({kCaptioned, "text to image R@", by_caption.cols(), ks},
             Ranks(by_caption, pairs.photo_of), report);
  AddRecalls({kCaptioned, "image to text R@", by_picture.cols(), ks},
             Ranks(by_picture, pairs.captions_of), report);
}

// The same by the words of the names that fit each picture, beside the metrics that end the report.
absl::Status AddWordsBaseline(const Encoder& encoder, const EvalOptions& options,
                              const CaptionedSet& set, const Matrix& pictures, EvalReport& report) {
  const auto bags = NamesOf(encoder, pictures, options);
  if (!bags.ok()) return bags.status();
  const Matrix scores = SharedWordScores(set.captions, *bags);
  EvalReport baseline;
  AddCaptionRecalls(PairsOf(set), scores, Transposed(scores), baseline);
  const size_t begin = report.metrics.size() - baseline.metrics.size();
  for (size_t i = 0; i < baseline.metrics.size(); ++i) {
    report.metrics[begin + i].words = baseline.metrics[i].value;
  }
  return absl::OkStatus();
}

void AddCaptionSample(const EvalOptions& options, const CaptionedSet& set, const Matrix& scores,
                      EvalReport& report) {
  const auto photo_of = PairsOf(set).photo_of;
  const std::vector<size_t> ranks = Ranks(scores, photo_of);
  const std::vector<uint32_t> firsts = Firsts(scores, ranks, photo_of);
  EvalSample sample = DrawSample(kCaptioned, HitsOf(ranks), options);
  for (EvalCase& one : sample.cases) {
    one.asked = set.captions[one.number];
    one.picture = set.paths[set.picture_of[one.number]];
    one.first_picture = set.paths[firsts[one.number]];
  }
  report.samples.push_back(std::move(sample));
}

}  // namespace

absl::Status EvaluateCaptions(const Encoder& encoder, const EvalOptions& options,
                              const std::string& dir, EvalReport& report) {
  const auto set = ReadCaptioned(dir);
  if (!set.ok()) return set.status();
  const auto pictures = EncodePhotos(encoder, set->paths, {kCaptioned, options.on_progress});
  if (!pictures.ok()) return pictures.status();
  const auto texts = EncodeTexts(encoder, set->captions);
  if (!texts.ok()) return texts.status();
  const Matrix scores = Scores(*texts, pictures->rows);
  AddCaptionRecalls(PairsOf(*set), scores, Scores(pictures->rows, *texts), report);
  if (options.samples > 0) AddCaptionSample(options, *set, scores, report);
  if (options.words.empty()) return absl::OkStatus();
  return AddWordsBaseline(encoder, options, *set, pictures->rows, report);
}

}  // namespace imago
