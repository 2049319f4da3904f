#include "query/picture_rows.h"

#include <algorithm>

#include "fmt/format.h"
#include "kernels/kernels.h"
#include "query/item_vector.h"

namespace imago {
namespace {

absl::Status About(size_t number, const absl::Status& status) {
  return absl::Status(status.code(),
                      fmt::format("inputs[{}]: {}", number, std::string(status.message())));
}

absl::StatusOr<std::vector<float>> StoredVectorOf(const Encoder& encoder, Collections& collections,
                                                  const PictureToClassify& picture) {
  const auto collection = collections.Get(picture.collection, /*create=*/false);
  if (!collection.ok()) return collection.status();
  return ItemVector((*collection)->store(), encoder, picture.item_id);
}

}  // namespace

absl::StatusOr<Matrix> PictureRows(const Encoder& encoder, Collections& collections,
                                   absl::Span<const PictureToClassify> pictures) {
  Matrix rows(pictures.size(), static_cast<size_t>(encoder.dim()));
  std::vector<Content> contents;
  std::vector<size_t> places;
  for (size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].image) {
      contents.push_back(ImageContent{*pictures[i].image});
      places.push_back(i);
      continue;
    }
    const auto vector = StoredVectorOf(encoder, collections, pictures[i]);
    if (!vector.ok()) return About(i, vector.status());
    std::copy(vector->begin(), vector->end(), rows.row(i));
  }
  if (!contents.empty()) {
    const auto encoded = encoder.Encode(contents);
    if (!encoded.ok()) return encoded.status();
    for (size_t k = 0; k < places.size(); ++k) {
      const float* row = encoded->rows.row(k);
      std::copy(row, row + rows.cols(), rows.row(places[k]));
    }
  }
  NormalizeRows(rows);
  return rows;
}

}  // namespace imago
