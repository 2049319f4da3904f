#include "query/term_encoder.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "query/item_vector.h"

namespace imago {
namespace {

constexpr size_t kMaxTerms = 32;
constexpr size_t kMaxTextBytes = 8192;
constexpr double kMaxWeight = 1000;
constexpr size_t kMaxRemembered = 4096;  // of 2 KB each

absl::Status Wrong(size_t term, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("query[{}]: {}", term, what));
}

absl::Status CheckTerm(const Term& term, size_t number) {
  const int set =
      !term.text.empty() + !term.item_id.empty() + term.image.has_value() + term.event.has_value();
  if (set != 1) {
    return Wrong(number, "must be exactly one of a text, a stored item, a picture and an event");
  }
  if (term.text.size() > kMaxTextBytes) {
    return Wrong(number, fmt::format("text has {} bytes, at most {} are allowed", term.text.size(),
                                     kMaxTextBytes));
  }
  if (term.image && (term.image->width <= 0 || term.image->height <= 0)) {
    return Wrong(number, "the picture is empty");
  }
  if (!(std::abs(term.weight) <= kMaxWeight) || term.weight == 0) {
    return Wrong(number,
                 fmt::format("weight must be a number other than 0 from -{0} to {0}, is {1}",
                             kMaxWeight, term.weight));
  }
  return absl::OkStatus();
}

absl::Status CheckTerms(const std::vector<Term>& terms) {
  if (terms.size() > kMaxTerms) {
    return absl::InvalidArgumentError(
        fmt::format("query: has {} terms, at most {} are allowed", terms.size(), kMaxTerms));
  }
  for (size_t i = 0; i < terms.size(); ++i) {
    if (auto status = CheckTerm(terms[i], i); !status.ok()) return status;
  }
  if (std::none_of(terms.begin(), terms.end(), [](const Term& t) { return t.weight > 0; })) {
    return absl::InvalidArgumentError("query: needs at least one term with a positive weight");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<QueryVector> TermEncoder::Encode(const Store& store,
                                                const std::vector<Term>& terms) {
  if (auto status = CheckTerms(terms); !status.ok()) return status;
  if (std::any_of(terms.begin(), terms.end(), [](const Term& t) { return t.event.has_value(); })) {
    return absl::InvalidArgumentError("query: an event has no vector");
  }
  std::vector<double> sum(static_cast<size_t>(encoder_.dim()));
  double total = 0;
  double pictures = 0;
  QueryVector out;
  for (const Term& term : terms) {
    const auto vector = TermVector(store, term);
    if (!vector.ok()) return vector.status();
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += term.weight * double{(*vector)[i]};
    total += std::abs(term.weight);
    if (term.text.empty()) pictures += std::abs(term.weight);
    if (!term.item_id.empty()) out.item_terms.push_back(term.item_id);
  }
  for (const double value : sum) out.values.push_back(static_cast<float>(value / total));
  out.picture_share = pictures / total;
  return out;
}

absl::StatusOr<std::vector<std::vector<float>>> TermEncoder::EncodeEach(
    const Store& store, const std::vector<Term>& terms) {
  if (auto status = CheckTerms(terms); !status.ok()) return status;
  std::vector<Vector> vectors(terms.size());
  for (size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].event) continue;
    auto vector = TermVector(store, terms[i]);
    if (!vector.ok()) return vector.status();
    vectors[i] = *std::move(vector);
  }
  return vectors;
}

absl::StatusOr<TermEncoder::Vector> TermEncoder::TermVector(const Store& store, const Term& term) {
  if (!term.text.empty()) return TextVector(term.text);
  if (!term.item_id.empty()) return ItemVector(store, encoder_, term.item_id);
  return EncodeOne(ImageContent{*term.image});
}

absl::StatusOr<TermEncoder::Vector> TermEncoder::TextVector(const std::string& text) {
  Vector vector;
  if (Recall(text, vector)) return vector;
  auto encoded = texts_.Encode(text);
  if (encoded.ok()) Remember(text, *encoded);
  return encoded;
}

absl::StatusOr<TermEncoder::Vector> TermEncoder::EncodeOne(Content content) const {
  const auto embeddings = encoder_.Encode({&content, 1});
  if (!embeddings.ok()) return embeddings.status();
  const float* row = embeddings->rows.row(0);
  return Vector(row, row + embeddings->rows.cols());
}

bool TermEncoder::Recall(const std::string& text, Vector& out) {
  const std::lock_guard lock(mutex_);
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return false;
  recent_.splice(recent_.begin(), recent_, found->second);
  out = found->second->second;
  return true;
}

void TermEncoder::Remember(const std::string& text, const Vector& vector) {
  const std::lock_guard lock(mutex_);
  if (by_text_.count(text) != 0) return;
  recent_.emplace_front(text, vector);
  by_text_[text] = recent_.begin();
  if (recent_.size() <= kMaxRemembered) return;
  by_text_.erase(recent_.back().first);
  recent_.pop_back();
}

}  // namespace imago
