#ifndef IMAGO_QUERY_TERM_ENCODER_H_
#define IMAGO_QUERY_TERM_ENCODER_H_

// Turns the terms of a query into the one vector to search with.

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "query/query.h"
#include "query/shared_texts.h"
#include "storage/store.h"

namespace imago {

struct QueryVector {
  // sum(w_i * v_i) / sum(|w_i|) over the terms' unit vectors: its dot product with a row is the
  // weighted mean of the terms' cosines, between -1 and 1.
  std::vector<float> values;
  double picture_share = 0;             // of sum(|w_i|): terms that are pictures or stored items
  std::vector<std::string> item_terms;  // ids of stored items among the terms
};

// Remembers the vectors of the texts asked for last. Thread-safe.
class TermEncoder {
 public:
  // `encoder` outlives this.
  explicit TermEncoder(const Encoder& encoder) : encoder_(encoder), texts_(encoder) {}

  // kInvalidArgument names the term: none at all, more than 32, a weight that is zero or beyond
  // +-1000, no positive weight, not exactly one of text, item and picture, a text of more than 8192
  // bytes, an event. kNotFound: a stored item that is not there.
  absl::StatusOr<QueryVector> Encode(const Store& store, const std::vector<Term>& terms);
  // The unit vector of each term, empty for events, which are allowed here. Other errors as Encode.
  absl::StatusOr<std::vector<std::vector<float>>> EncodeEach(const Store& store,
                                                             const std::vector<Term>& terms);
  absl::StatusOr<std::vector<float>> EncodeText(const std::string& text) {
    return TextVector(text);
  }

 private:
  using Vector = std::vector<float>;
  using Cached = std::pair<std::string, Vector>;

  absl::StatusOr<Vector> TermVector(const Store& store, const Term& term);
  absl::StatusOr<Vector> TextVector(const std::string& text);
  absl::StatusOr<Vector> EncodeOne(Content content) const;
  bool Recall(const std::string& text, Vector& out);
  void Remember(const std::string& text, const Vector& vector);

  const Encoder& encoder_;
  SharedTexts texts_;
  std::mutex mutex_;          // guards what follows
  std::list<Cached> recent_;  // newest first
  std::map<std::string, std::list<Cached>::iterator> by_text_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_TERM_ENCODER_H_
