#ifndef IMAGO_EMBED_ENCODER_H_
#define IMAGO_EMBED_ENCODER_H_

// Media and text in, unit vectors of one common space out.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "embed/image.h"
#include "embed/preprocess.h"
#include "kernels/matrix.h"
#include "storage/event.h"

namespace imago {

struct TextContent {
  std::string text;
};
// A picture already resized and cropped to the encoder's input (ResizeAndCrop with
// Encoder::preprocess), so that a queue of decoded pictures stays small. Of any other size: resized
// by the encoder.
struct ImageContent {
  Image image;
};
using Content = std::variant<TextContent, ImageContent>;

// Rows of two models are never compared: they carry their model's id.
struct Embeddings {
  std::string model;
  Matrix rows;  // [n, dim], unit length
  // What happens in each picture, of source kPicture: a list for each content, empty for texts. No
  // lists at all where the model reads no events.
  std::vector<std::vector<Event>> events = {};
};

// Thread-safe; calls may be serialised inside.
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual int dim() const = 0;
  // The bundle's id (bundle.h), "<name>@<8 hex digits>".
  virtual const std::string& model() const = 0;
  virtual const PreprocessOptions& preprocess() const = 0;
  // What the cosines of a picture with several texts are multiplied by before a softmax over the
  // texts (Radford et al. 2021, section 2.3): the scale the model was trained with, for rows as
  // Encode makes them. At least 1e-3, at most 1e4.
  virtual double logit_scale() const = 0;
  // One row for each content, in order; texts and pictures may be mixed. Any batch size.
  virtual absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const = 0;
};

// The deterministic twin for tests, model "hash@00000000": pictures by their mean colours on a grid
// of 4 x 4, texts by the same colours where they name them ("red", "green and blue": black, white,
// grey, red, green, blue, yellow, orange, purple, pink, brown, cyan, magenta) and by hashed words
// otherwise. A plain picture is close to its colour's name and far from other names; texts are
// close when they share words. Logit scale 10. With dim < 32 colours and words may collide.
std::unique_ptr<Encoder> NewHashEncoder(int dim = 64);

enum class Precision { kAuto, kFloat32, kBfloat16 };

struct EncoderOptions {
  Precision precision = Precision::kAuto;  // bf16 where the CPU multiplies it natively
  int threads = 1;                         // inside one Encode call
  int max_batch = 32;                      // contents to one forward pass
};

// Opens a model bundle (bundle.h) of any family. Without LibTorch in the build only family "hash"
// opens, others are kUnimplemented.
absl::StatusOr<std::unique_ptr<Encoder>> OpenEncoder(const std::string& bundle_dir,
                                                     const EncoderOptions& options = {});

}  // namespace imago

#endif  // IMAGO_EMBED_ENCODER_H_
