#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "embed/encoder.h"
#include "embed/hash_events.h"
#include "embed/named_colours.h"
#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr int kGrid = 4;  // cells to a side when layout is looked at
constexpr float kWordWeight = 0.25f;
constexpr float kLayoutWeight = 0.5f;
// From this width on colours and words have axes of their own.
constexpr int kApartDim = 32;

constexpr std::array<std::string_view, 12> kFillers = {
    "a", "an", "the", "and", "of", "on", "in", "with", "photo", "picture", "is", "are"};

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte)) {
      words.back().push_back(static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

uint64_t NextRandom(uint64_t& state) {  // splitmix64
  state += 0x9e3779b97f4a7c15;
  uint64_t x = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// Writes one row of `dim` zeros; the caller scales it to unit length.
class RowWriter {
 public:
  RowWriter(float* row, int dim) : row_(row), dim_(dim) {}

  void AddColour(size_t colour, float weight) { row_[colour % dim_] += weight; }

  // A direction that the name decides, beside the colours' axes where there is room.
  void AddDirection(std::string_view name, float weight) {
    const int first = dim_ >= kApartDim ? static_cast<int>(kColours.size()) : 0;
    const float step = weight / std::sqrt(static_cast<float>(dim_ - first));
    uint64_t state = HashOf(name);
    for (int i = first; i < dim_; ++i) row_[i] += NextRandom(state) >> 63 ? step : -step;
  }

 private:
  float* row_;
  const int dim_;
};

std::optional<size_t> ColourNamed(std::string_view word) {
  if (word == "gray") word = "grey";
  const auto* found = std::find_if(kColours.begin(), kColours.end(),
                                   [word](const NamedColour& c) { return c.word == word; });
  if (found == kColours.end()) return std::nullopt;
  return found - kColours.begin();
}

void AddText(std::string_view text, RowWriter row) {
  std::vector<size_t> colours;
  std::vector<std::string> others;
  for (const std::string& word : WordsOf(text)) {
    if (const auto colour = ColourNamed(word)) {
      colours.push_back(*colour);
    } else if (std::find(kFillers.begin(), kFillers.end(), word) == kFillers.end()) {
      others.push_back(word);
    }
  }
  for (const size_t colour : colours) row.AddColour(colour, 1);
  for (const std::string& word : others) row.AddDirection(word, colours.empty() ? 1 : kWordWeight);
  if (colours.empty() && others.empty()) row.AddDirection(text, 1);
}

// Mean of the cell of a kGrid x kGrid grid.
Colour CellMean(const Image& image, int column, int line) {
  return MeanColour(image, {column * image.width / kGrid, line * image.height / kGrid,
                            (column + 1) * image.width / kGrid, (line + 1) * image.height / kGrid});
}

void AddImage(const Image& image, RowWriter row) {
  std::vector<Colour> cells;
  Colour mean = {};
  for (int i = 0; i < kGrid * kGrid; ++i) {
    cells.push_back(CellMean(image, i % kGrid, i / kGrid));
    const auto shares = ColourShares(cells.back());
    for (size_t c = 0; c < shares.size(); ++c) row.AddColour(c, shares[c] / (kGrid * kGrid));
    for (int c = 0; c < 3; ++c) mean[c] += cells.back()[c] / (kGrid * kGrid);
  }
  for (int i = 0; i < kGrid * kGrid; ++i) {
    for (int c = 0; c < 3; ++c) {
      const float weight = kLayoutWeight * (cells[i][c] - mean[c]) / kGrid;
      row.AddDirection(fmt::format("cell {} channel {}", i, c), weight);
    }
  }
}

class HashEncoder : public Encoder {
 public:
  explicit HashEncoder(int dim) : dim_(std::max(dim, 1)) {
    preprocess_.size = 64;
    preprocess_.mode = ResizeMode::kSquash;
  }

  int dim() const override { return dim_; }
  const std::string& model() const override { return model_; }
  const PreprocessOptions& preprocess() const override { return preprocess_; }
  double logit_scale() const override { return 10; }

  absl::StatusOr<Embeddings> Encode(absl::Span<const Content> batch) const override {
    Embeddings out{model_, Matrix(batch.size(), dim_), {}};
    out.events.resize(batch.size());
    for (size_t i = 0; i < batch.size(); ++i) {
      const RowWriter row(out.rows.row(i), dim_);
      if (const auto* text = std::get_if<TextContent>(&batch[i])) {
        AddText(text->text, row);
        continue;
      }
      const Image& image = std::get<ImageContent>(batch[i]).image;
      const auto bytes = 3 * static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
      if (image.width < 1 || image.height < 1 || image.rgb.size() != bytes) {
        return absl::InvalidArgumentError(
            fmt::format("content {} is a picture of {} x {} with {} bytes", i, image.width,
                        image.height, image.rgb.size()));
      }
      AddImage(image, row);
      out.events[i] = HashEvents(image);
    }
    // Where few axes let directions cancel each other, the first axis stands in.
    if (NormalizeRows(out.rows) > 0) {
      for (size_t i = 0; i < out.rows.rows(); ++i) {
        float* row = out.rows.row(i);
        if (std::all_of(row, row + dim_, [](float x) { return x == 0; })) row[0] = 1;
      }
    }
    return out;
  }

 private:
  const std::string model_ = "hash@00000000";
  const int dim_;
  PreprocessOptions preprocess_;
};

}  // namespace

std::unique_ptr<Encoder> NewHashEncoder(int dim) { return std::make_unique<HashEncoder>(dim); }

}  // namespace imago
