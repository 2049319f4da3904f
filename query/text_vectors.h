#ifndef IMAGO_QUERY_TEXT_VECTORS_H_
#define IMAGO_QUERY_TEXT_VECTORS_H_

// How close in meaning many short texts are to one: words that fill roles, types of events. Each
// text is encoded once; its vector is kept in memory and beside the items in the store.

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "embed/encoder.h"
#include "index/collection.h"
#include "kernels/matrix.h"

namespace imago {

inline constexpr char kTextVectorBlob[] = "text";  // key: model, a line break, the text; value: f16

// A numbered list of texts with their vectors. Not thread-safe: one that fills, then any that read.
class TextVectors {
 public:
  // `encoder` outlives this.
  explicit TextVectors(const Encoder& encoder) : encoder_(encoder) {}

  // The number of the text; new ones get the next.
  uint32_t Intern(const std::string& text);
  // kNone when it is not here.
  uint32_t Find(const std::string& text) const;
  static constexpr uint32_t kNone = UINT32_MAX;
  size_t size() const { return texts_.size(); }
  const std::string& text(uint32_t number) const { return texts_[number]; }

  // Gives every text that has none its vector: what the collection's store has is taken from there,
  // the rest is encoded in batches and stored for the next time the program runs.
  absl::Status Fill(Collection& collection);
  // The cosine with every text that has a vector, by number. `vector` [dim], unit length.
  std::vector<float> Cosines(const std::vector<float>& vector) const;
  std::vector<float> CosinesWith(uint32_t number) const;  // of a text that has a vector

 private:
  void Load(const Collection& collection);
  absl::StatusOr<HalfMatrix> EncodeFrom(size_t first, size_t count) const;
  void Keep(Collection& collection, size_t first, const HalfMatrix& rows) const;
  std::string KeyOf(const std::string& text) const { return encoder_.model() + "\n" + text; }

  const Encoder& encoder_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, uint32_t> by_text_;
  HalfMatrix vectors_;                                         // of the first texts
  std::unordered_map<std::string, std::vector<Half>> stored_;  // by text, not interned yet
  std::vector<const Store*> loaded_;
};

}  // namespace imago

#endif  // IMAGO_QUERY_TEXT_VECTORS_H_
