#ifndef IMAGO_EMBED_SENTENCEPIECE_MODEL_H_
#define IMAGO_EMBED_SENTENCEPIECE_MODEL_H_

// The sentencepiece library behind a wall: its header puts names into absl's namespace that no file
// may see which also sees absl.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace imago {

class SentencePieceModel {
 public:
  // Null and a reason in `error` when the library does not take the bytes. They have been checked
  // with CheckSentencePieceModel, which the library's own checks rely on.
  static std::unique_ptr<SentencePieceModel> Load(std::string_view bytes, std::string& error);
  ~SentencePieceModel();

  // Without start and end tokens; nothing when the library fails. Thread-safe.
  std::vector<int32_t> Encode(std::string_view text) const;
  int vocab_size() const;
  // -1 where the model has none.
  int start_id() const;
  int end_id() const;
  int pad_id() const;

 private:
  struct Impl;
  explicit SentencePieceModel(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_SENTENCEPIECE_MODEL_H_
