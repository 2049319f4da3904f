#ifndef IMAGO_QUERY_SHARED_TEXTS_H_
#define IMAGO_QUERY_SHARED_TEXTS_H_

// Texts of concurrent searches are encoded together: 16 in one pass cost a third of 16 passes.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "embed/encoder.h"

namespace imago {

// As many texts (a power of two up to 16) as the encoder gives, in one call, the rows that it gives
// each alone, to the bit; 1 where it never does. That hangs on precision and CPU, so it is tried
// out on some texts of different lengths.
size_t TextsThatGoTogether(const Encoder& encoder);

// Thread-safe. A text goes at once when no other is being encoded; those that come meanwhile go
// together after it, encoded by one of the callers that wait.
class SharedTexts {
 public:
  // `encoder` outlives this.
  explicit SharedTexts(const Encoder& encoder) : encoder_(encoder) {}

  // The unit vector of the text, the same to the bit as alone. Errors are of the text alone.
  absl::StatusOr<std::vector<float>> Encode(const std::string& text);
  size_t waiting() const;

 private:
  using Vector = absl::StatusOr<std::vector<float>>;
  struct Request {
    std::string text;
    bool done = false;
    Vector vector = std::vector<float>();
  };
  using Batch = std::vector<std::shared_ptr<Request>>;

  Batch TakeBatch();
  std::vector<Vector> EncodeBatch(const Batch& batch);

  const Encoder& encoder_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Request>> waiting_;
  bool busy_ = false;
  size_t together_ = 0;  // TextsThatGoTogether; 0: not tried yet. Only whoever is busy uses it
};

}  // namespace imago

#endif  // IMAGO_QUERY_SHARED_TEXTS_H_
