#include "query/item_vector.h"

#include "fmt/format.h"
#include "kernels/kernels.h"

namespace imago {

absl::StatusOr<std::vector<float>> ItemVector(const Store& store, const Encoder& encoder,
                                              const std::string& id) {
  const auto vectors = store.GetVectors(id, encoder.model());
  if (!vectors.ok()) return vectors.status();
  for (const StoredVector& vector : *vectors) {
    if (vector.key.part != RowPart::kPicture) continue;
    if (vector.values.size() != static_cast<size_t>(encoder.dim())) {
      return absl::DataLossError(fmt::format("vector of \"{}\" has {} values, the model makes {}",
                                             id, vector.values.size(), encoder.dim()));
    }
    std::vector<float> out(vector.values.size());
    ActiveKernels().to_f32(vector.values.data(), out.data(), out.size());
    return out;
  }
  return absl::NotFoundError(fmt::format("there is no item \"{}\"", id));
}

}  // namespace imago
