#include "embed/torch/torch_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <utility>

#include "embed/decode_image.h"
#include "embed/safetensors.h"
#include "embed/torch/bundle_weights.h"
#include "fmt/format.h"
#include "kernels/tile_product.h"

namespace imago {
namespace {

constexpr int64_t kMaxTokenizerBytes = 64 << 20;

// Runs `work`; what LibTorch throws becomes a status.
template <typename Work>
absl::Status CatchTorch(const std::string& what, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(fmt::format("{}: out of memory", what));
  } catch (const c10::Error& error) {
    return absl::InternalError(fmt::format("{}: {}", what, error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("{}: {}", what, error.what()));
  }
}

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> OpenTokenizer(const Bundle& bundle) {
  const std::string path =
      (std::filesystem::path(bundle.dir) / bundle.config.tokenizer_file).string();
  const auto bytes = ReadFile(path, kMaxTokenizerBytes);
  if (!bytes.ok()) return bytes.status();
  auto tokenizer = NewTokenizer(bundle.config.tokenizer_kind, *bytes);
  if (!tokenizer.ok()) return Named(path, tokenizer.status());
  return tokenizer;
}

// What the two towers were built for is what the bundle prepares for them.
absl::Status CheckInputs(const BundleConfig& config) {
  const auto size = config.image_tower.numbers.find("size");
  if (size != config.image_tower.numbers.end() && size->second != config.preprocess.size) {
    return absl::InvalidArgumentError(
        fmt::format("pictures are prepared at {} pixels for a tower of {}", config.preprocess.size,
                    size->second));
  }
  const auto context = config.text_tower.numbers.find("context");
  if (context != config.text_tower.numbers.end() && context->second < config.max_tokens) {
    return absl::InvalidArgumentError(fmt::format("texts of up to {} tokens for a tower of {}",
                                                  config.max_tokens, context->second));
  }
  return absl::OkStatus();
}

// From the file and not from the model, whose copy may have been rounded to bf16.
absl::StatusOr<double> ReadLogitScale(const SafetensorsFile& file, const ImageTower& image) {
  const auto logarithm = file.ReadFloats("logit_scale");
  if (!logarithm.ok()) return logarithm.status();
  const double scale = std::exp(double{logarithm->at(0)}) / image.TextShare();
  if (scale >= 1e-3 && scale <= 1e4) return scale;
  return absl::InvalidArgumentError(
      fmt::format("logit_scale is {}, it must be a sensible logarithm", logarithm->at(0)));
}

absl::Status CheckImage(const Image& image) {
  const bool packed = image.width > 0 && image.height > 0 &&
                      image.rgb.size() == size_t{3} * image.width * image.height;
  if (packed) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("a picture of {} x {} pixels has {} bytes",
                                                image.width, image.height, image.rgb.size()));
}

// What has no loops of our own becomes bfloat16 within LibTorch.
void UseTiles(ClipModel& model) {
  if (!model.image->UseTiles()) UseBfloat16(*model.image);
  if (!model.text->UseTiles()) UseBfloat16(*model.text);
  if (model.events) UseBfloat16(*model.events);
}

void CopyRow(const torch::Tensor& from, int64_t row, float* to) {
  std::memcpy(to, from.data_ptr<float>() + row * from.size(1), from.size(1) * sizeof(float));
}

// The texts of a batch that have phrases to tell apart, and these.
struct SplitContents {
  std::vector<size_t> positions;  // of the texts in the batch
  std::vector<Content> phrases;
  std::vector<int64_t> places;  // of each phrase: a PhrasePlace
  std::vector<int64_t> texts;   // and the number of its text among the positions
};

SplitContents SplitTexts(absl::Span<const Content> batch) {
  SplitContents split;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto* text = std::get_if<TextContent>(&batch[i]);
    if (text == nullptr) continue;
    const std::vector<CaptionPhrase> phrases = SplitCaption(text->text);
    for (const CaptionPhrase& phrase : phrases) {
      split.phrases.emplace_back(TextContent{phrase.text});
      split.places.push_back(static_cast<int64_t>(phrase.place));
      split.texts.push_back(static_cast<int64_t>(split.positions.size()));
    }
    if (!phrases.empty()) split.positions.push_back(i);
  }
  return split;
}

}  // namespace

absl::StatusOr<TorchEncoder::Opened> TorchEncoder::OpenModel(const Bundle& bundle, int vocab_size,
                                                             bool bfloat16) {
  if (auto status = CheckInputs(bundle.config); !status.ok()) return Named(bundle.dir, status);
  auto model = ClipModel::Make(bundle.config, vocab_size, TowerInit::kNone);
  if (!model.ok()) return Named(bundle.dir, model.status());
  // Before loading, so that no f32 copy of the weights is ever filled.
  const bool tiles = bfloat16 && TilesInUse();
  if (bfloat16 && !tiles) UseBfloat16(**model);
  const std::string path = (std::filesystem::path(bundle.dir) / "weights.safetensors").string();
  const auto file = SafetensorsFile::Open(path);
  if (!file.ok()) return file.status();
  if (auto status = LoadBundleWeights(bundle.dir, **model); !status.ok()) return status;
  if (tiles) UseTiles(**model);
  const auto scale = ReadLogitScale(*file, *(*model)->image);
  if (!scale.ok()) return Named(path, scale.status());
  return Opened{*std::move(model), *scale};
}

bool CpuHasBfloat16() { return __builtin_cpu_supports("avx512bf16"); }

absl::StatusOr<std::unique_ptr<Encoder>> TorchEncoder::Open(const Bundle& bundle,
                                                            const EncoderOptions& options) {
  if (options.threads < 1 || options.max_batch < 1) {
    return absl::InvalidArgumentError(
        fmt::format("threads is {} and max_batch {}, both must be at least 1", options.threads,
                    options.max_batch));
  }
  std::unique_ptr<Encoder> encoder;
  const auto open = [&]() -> absl::Status {
    const torch::InferenceMode inference;
    auto tokenizer = OpenTokenizer(bundle);
    if (!tokenizer.ok()) return tokenizer.status();
    const bool bfloat16 = options.precision == Precision::kBfloat16 ||
                          (options.precision == Precision::kAuto && CpuHasBfloat16());
    auto model = OpenModel(bundle, (*tokenizer)->vocab_size(), bfloat16);
    if (!model.ok()) return model.status();
    encoder.reset(new TorchEncoder(bundle, options, *std::move(tokenizer), *std::move(model)));
    return absl::OkStatus();
  };
  if (auto status = CatchTorch("cannot open " + bundle.dir, open); !status.ok()) return status;
  return encoder;
}

TorchEncoder::TorchEncoder(Bundle bundle, const EncoderOptions& options,
                           std::unique_ptr<Tokenizer> tokenizer, Opened opened)
    : bundle_(std::move(bundle)),
      options_(options),
      tokenizer_(std::move(tokenizer)),
      model_(std::move(opened.model)),
      logit_scale_(opened.logit_scale),
      channels_last_(bundle_.config.image_tower.kind != "vit" &&
                     bundle_.config.image_tower.kind != "siglip-vit" &&
                     !model_->image->uses_tiles()) {
  if (channels_last_) UseChannelsLast(*model_->image);
}

absl::StatusOr<Embeddings> TorchEncoder::Encode(absl::Span<const Content> batch) const {
  for (const Content& content : batch) {
    const auto* image = std::get_if<ImageContent>(&content);
    if (image == nullptr) continue;
    if (auto status = CheckImage(image->image); !status.ok()) return status;
  }
  Embeddings embeddings{bundle_.id, Matrix(batch.size(), dim()),
                        std::vector<std::vector<Event>>(batch.size())};
  const auto work = [&] { return EncodeAll(batch, embeddings); };
  if (auto status = CatchTorch(bundle_.id, work); !status.ok()) return status;
  return embeddings;
}

absl::Status TorchEncoder::EncodeAll(absl::Span<const Content> batch,
                                     Embeddings& embeddings) const {
  std::vector<size_t> images;
  for (size_t i = 0; i < batch.size(); ++i) {
    if (std::holds_alternative<ImageContent>(batch[i])) images.push_back(i);
  }
  const std::vector<Text> texts = TokenizeByLength(batch);
  const size_t step = options_.max_batch;
  const std::lock_guard lock(forward_mutex_);
  const torch::InferenceMode inference;
  at::set_num_threads(options_.threads);
  for (size_t begin = 0; begin < images.size(); begin += step) {
    auto status = EncodeImages(batch, absl::MakeConstSpan(images).subspan(begin, step), embeddings);
    if (!status.ok()) return status;
  }
  EncodeTexts(texts, embeddings.rows);
  if (model_->relations) AddRelations(batch, embeddings.rows);
  return absl::OkStatus();
}

absl::Status TorchEncoder::EncodeImages(absl::Span<const Content> batch,
                                        absl::Span<const size_t> positions,
                                        Embeddings& embeddings) const {
  const PreprocessOptions& options = preprocess();
  const int64_t size = options.size;
  torch::Tensor pixels =
      torch::empty({static_cast<int64_t>(positions.size()), 3, size, size}, torch::kFloat32);
  for (size_t i = 0; i < positions.size(); ++i) {
    const Image& image = std::get<ImageContent>(batch[positions[i]]).image;
    float* out = pixels.data_ptr<float>() + i * 3 * size * size;
    if (image.width == size && image.height == size) {
      Preprocess(image, options, out);
    } else {
      Preprocess(ResizeAndCrop(image, options), options, out);
    }
  }
  if (channels_last_) pixels = pixels.contiguous(torch::MemoryFormat::ChannelsLast);
  EventReadings readings;
  const torch::Tensor encoded = model_->EncodeImages(pixels, &readings).contiguous();
  for (size_t i = 0; i < positions.size(); ++i) {
    CopyRow(encoded, i, embeddings.rows.row(positions[i]));
    if (!model_->events) continue;
    embeddings.events[positions[i]] =
        EventsOf(bundle_.config.events.vocabulary, ReadingOf(readings, static_cast<int64_t>(i)));
  }
  return absl::OkStatus();
}

void TorchEncoder::EncodeTexts(absl::Span<const Text> texts, Matrix& rows) const {
  const size_t step = options_.max_batch;
  for (size_t begin = 0; begin < texts.size(); begin += step) {
    EncodeTextPass(texts.subspan(begin, step), rows);
  }
}

void TorchEncoder::EncodeTextPass(absl::Span<const Text> texts, Matrix& rows) const {
  const auto count = static_cast<int64_t>(texts.size());
  const auto longest = static_cast<int64_t>(texts.back().ids.size());
  torch::Tensor ids = torch::full({count, longest}, tokenizer_->pad_id(), torch::kInt64);
  torch::Tensor lengths = torch::empty({count}, torch::kInt64);
  for (int64_t i = 0; i < count; ++i) {
    std::copy(texts[i].ids.begin(), texts[i].ids.end(), ids.data_ptr<int64_t>() + i * longest);
    lengths.data_ptr<int64_t>()[i] = texts[i].ids.size();
  }
  const torch::Tensor encoded = model_->EncodeTexts(ids, lengths).contiguous();
  for (int64_t i = 0; i < count; ++i) CopyRow(encoded, i, rows.row(texts[i].position));
}

void TorchEncoder::AddRelations(absl::Span<const Content> batch, Matrix& rows) const {
  const SplitContents split = SplitTexts(batch);
  if (split.positions.empty()) return;
  Matrix phrase_rows(split.phrases.size(), dim());
  EncodeTexts(TokenizeByLength(split.phrases), phrase_rows);
  const auto count = static_cast<int64_t>(split.positions.size());
  torch::Tensor texts = torch::empty({count, dim()});
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(texts[i].data_ptr<float>(), rows.row(split.positions[i]), dim() * sizeof(float));
  }
  const Relations& relations = *model_->relations;
  const torch::Tensor known =
      torch::from_blob(phrase_rows.row(0), {static_cast<int64_t>(split.phrases.size()), dim()});
  const PhraseBatch said = {known.narrow(1, 0, relations.shape().out),
                            torch::tensor(split.places, torch::kInt64),
                            torch::tensor(split.texts, torch::kInt64)};
  const torch::Tensor related =
      relations.Add(relations.OfPhrases(said, count), texts, 1).contiguous();
  for (int64_t i = 0; i < count; ++i) CopyRow(related, i, rows.row(split.positions[i]));
}

std::vector<TorchEncoder::Text> TorchEncoder::TokenizeByLength(
    absl::Span<const Content> batch) const {
  std::vector<Text> texts;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto* text = std::get_if<TextContent>(&batch[i]);
    if (text == nullptr) continue;
    texts.push_back({i, tokenizer_->Encode(text->text, bundle_.config.max_tokens)});
  }
  std::stable_sort(texts.begin(), texts.end(),
                   [](const Text& a, const Text& b) { return a.ids.size() < b.ids.size(); });
  return texts;
}

}  // namespace imago
