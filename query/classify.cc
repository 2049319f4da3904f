#include "query/classify.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>

#include "embed/label_vectors.h"
#include "fmt/format.h"
#include "kernels/kernels.h"
#include "storage/sha256.h"
#include "storage/utf8.h"

namespace imago {
namespace {

constexpr size_t kMaxLabels = 1000;
constexpr size_t kMaxTemplates = 100;
constexpr size_t kMaxTexts = 20'000;  // a minute's work
constexpr size_t kMaxBytes = 200;
// 32 MiB at 1024 dimensions.
constexpr size_t kMaxRememberedRows = 8192;
constexpr size_t kMaxRemembered = 64;

absl::Status Wrong(const std::string& place, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", place, what));
}

absl::Status CheckCount(const char* field, size_t count, size_t most) {
  if (count >= 1 && count <= most) return absl::OkStatus();
  return Wrong(field, fmt::format("must be 1 to {}, are {}", most, count));
}

absl::Status CheckWords(const std::string& place, const std::string& words) {
  if (words.size() > kMaxBytes) {
    return Wrong(place, fmt::format("must have at most {} bytes, has {}", kMaxBytes, words.size()));
  }
  if (words.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Wrong(place, "must not be empty");
  }
  if (!IsUtf8(words)) return Wrong(place, "is not UTF-8");
  return absl::OkStatus();
}

absl::Status CheckTemplate(const std::string& place, const std::string& words) {
  if (auto status = CheckWords(place, words); !status.ok()) return status;
  const size_t first = words.find("{}");
  if (first != std::string::npos && words.find("{}", first + 2) == std::string::npos) {
    return absl::OkStatus();
  }
  return Wrong(place, fmt::format("\"{}\" must have {{}} exactly once", words));
}

// Each label in each template is a text to encode.
absl::Status CheckTexts(const LabelPrompts& prompts) {
  const size_t labels = prompts.labels.size();
  const size_t templates = prompts.templates.size();
  if (labels * templates <= kMaxTexts) return absl::OkStatus();
  return Wrong("labels", fmt::format("{} labels in {} templates are {} texts, at most {} go",
                                     labels, templates, labels * templates, kMaxTexts));
}

// Lengths keep ["ab", "c"] apart from ["a", "bc"].
std::string KeyOf(const std::string& model, const LabelPrompts& prompts) {
  std::string all = fmt::format("{}\n{}\n", model, prompts.templates.size());
  for (const std::vector<std::string>* list : {&prompts.templates, &prompts.labels}) {
    for (const std::string& words : *list) all += fmt::format("{}:{}", words.size(), words);
  }
  return Sha256(all);
}

// Of scale * scores; the largest is taken off first, so that nothing overflows.
std::vector<double> Softmax(const std::vector<float>& scores, double scale) {
  const double best = *std::max_element(scores.begin(), scores.end());
  std::vector<double> p;
  for (const float score : scores) p.push_back(std::exp(scale * (score - best)));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& one : p) one /= sum;
  return p;
}

std::vector<LabelScore> RankLabels(const std::vector<float>& scores, double scale,
                                   const std::vector<std::string>& labels, size_t top) {
  const std::vector<double> p = Softmax(scores, scale);
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&scores](size_t a, size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min(top, order.size()));
  std::vector<LabelScore> ranked;
  for (const size_t i : order) ranked.push_back({labels[i], p[i], double{scores[i]}});
  return ranked;
}

}  // namespace

absl::Status CheckLabelPrompts(const LabelPrompts& prompts) {
  if (auto s = CheckCount("labels", prompts.labels.size(), kMaxLabels); !s.ok()) return s;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < prompts.labels.size(); ++i) {
    const std::string place = fmt::format("labels[{}]", i);
    const std::string& label = prompts.labels[i];
    if (auto s = CheckWords(place, label); !s.ok()) return s;
    if (!seen.insert(label).second)
      return Wrong(place, fmt::format("\"{}\" is given twice", label));
  }
  if (auto s = CheckCount("templates", prompts.templates.size(), kMaxTemplates); !s.ok()) return s;
  for (size_t i = 0; i < prompts.templates.size(); ++i) {
    const std::string place = fmt::format("templates[{}]", i);
    if (auto s = CheckTemplate(place, prompts.templates[i]); !s.ok()) return s;
  }
  return CheckTexts(prompts);
}

absl::StatusOr<std::shared_ptr<const Matrix>> Classifier::LabelVectors(
    const LabelPrompts& prompts) {
  if (auto status = CheckLabelPrompts(prompts); !status.ok()) return status;
  const std::string key = KeyOf(encoder_.model(), prompts);
  if (auto known = Recall(key); known != nullptr) return known;
  auto encoded = EncodeLabels(encoder_, prompts.labels, prompts.templates);
  if (!encoded.ok()) return encoded.status();
  const auto vectors = std::make_shared<const Matrix>(*std::move(encoded));
  Remember(key, vectors);
  return vectors;
}

absl::StatusOr<Classification> Classifier::Classify(MatrixView pictures,
                                                    const LabelPrompts& prompts, int top) {
  const auto labels = LabelVectors(prompts);
  if (!labels.ok()) return labels.status();
  Classification out;
  out.model = encoder_.model();
  out.templates = prompts.templates.size();
  out.logit_scale = encoder_.logit_scale();
  std::vector<float> scores((*labels)->rows());
  for (size_t i = 0; i < pictures.rows(); ++i) {
    ActiveKernels().dots_f32(pictures.row(i), 1, (*labels)->data(), scores.size(), pictures.cols(),
                             scores.data());
    out.results.push_back(
        RankLabels(scores, out.logit_scale, prompts.labels, static_cast<size_t>(top)));
  }
  return out;
}

std::shared_ptr<const Matrix> Classifier::Recall(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(recent_.begin(), recent_.end(),
                                  [&key](const Remembered& one) { return one.key == key; });
  if (found == recent_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found);
  return found->vectors;
}

void Classifier::Remember(const std::string& key, const std::shared_ptr<const Matrix>& vectors) {
  const std::lock_guard lock(mutex_);
  for (const Remembered& one : recent_) {
    if (one.key == key) return;
  }
  recent_.push_front({key, vectors});
  rows_ += vectors->rows();
  while (recent_.size() > kMaxRemembered || rows_ > kMaxRememberedRows) {
    rows_ -= recent_.back().vectors->rows();
    recent_.pop_back();
  }
}

}  // namespace imago
