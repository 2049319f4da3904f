#ifndef IMAGO_TESTS_SUPPORT_PUBLISHED_CLIP_H_
#define IMAGO_TESTS_SUPPORT_PUBLISHED_CLIP_H_

// Made-up CLIP checkpoints in the published layouts. Values follow from the tensors' names by the
// formula of tests/golden/make_clip_goldens.py, whose results clip_goldens.json holds.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "embed/image.h"
#include "embed/safetensors.h"

namespace imago {

// A case of clip_goldens.json.
struct ClipGolden {
  std::string name;
  std::string activation;
  int64_t dim = 0;
  int64_t size = 0;
  int64_t patch = 0;  // 0: a ModifiedResNet
  int64_t width = 0;
  int64_t layers = 0;
  std::array<int64_t, 4> blocks = {};
  int64_t text_width = 0;
  int64_t text_heads = 0;
  int64_t text_layers = 0;
  int64_t context = 0;

  std::vector<std::string> texts;
  std::vector<std::vector<int64_t>> ids;  // of the texts, padded with 0 to the context
  std::vector<float> image_row;           // of MadeUpPicture(size)
  std::vector<std::vector<float>> text_rows;
  double image_row_length = 0;          // before it was normalised
  std::vector<float> before_blocks;     // first values of the last token after ln_pre
  std::vector<float> last_text_tokens;  // of token 2 of text 0 after ln_final
};
ClipGolden ReadClipGolden(const std::string& name);

// A case of siglip_goldens.json.
struct SiglipGolden {
  int64_t size = 0;
  int64_t patch = 0;
  int64_t width = 0;
  int64_t heads = 0;
  int64_t context = 0;
  std::map<std::string, std::vector<int64_t>> tensors;  // names and shapes

  std::vector<std::string> texts;
  std::vector<std::vector<int32_t>> ids;  // of the texts, padded to the context
  double logit_scale = 0;
  std::vector<float> image_row;  // of MadeUpPicture(size)
  std::vector<std::vector<float>> text_rows;
  double image_row_length = 0;          // before it was normalised
  std::vector<float> before_blocks;     // first values of the last token
  std::vector<float> last_tokens;       // of the last token after ln_post
  std::vector<float> last_text_tokens;  // of token 2 of text 0 after ln_final
};
SiglipGolden ReadSiglipGolden(const std::string& name);
// The checkpoint, F16, and its config.json.
std::vector<TensorToWrite> SiglipTensors(const SiglipGolden& golden);
std::string SiglipConfig(const SiglipGolden& golden);
// A fresh folder with model.safetensors, config.json and spiece.model.
std::string WriteSiglip(const SiglipGolden& golden);

Image MadeUpPicture(int size);

// A checkpoint's tensors, F16, by OpenAI's names.
std::vector<TensorToWrite> OpenAiClip(const ClipGolden& shape);
// The same in Hugging Face's layout (a Vision Transformer), and in open_clip's with "text.".
std::vector<TensorToWrite> HuggingFaceClip(const std::vector<TensorToWrite>& open_ai);
std::vector<TensorToWrite> OpenClipWithTextTower(std::vector<TensorToWrite> open_ai);

// A merges.txt of the published length whose merges never touch ASCII, so that words are spelled.
std::string SpellingMerges();

// A fresh folder with model.safetensors and merges.txt.
std::string WritePublished(const std::vector<TensorToWrite>& tensors);

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_PUBLISHED_CLIP_H_
