#ifndef IMAGO_EMBED_TORCH_PICKLE_H_
#define IMAGO_EMBED_TORCH_PICKLE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "embed/pickle.h"
#include "embed/torch_archive.h"

namespace imago {

// The tensors that a data.pkl names: attributes of modules within modules, or items of dictionaries
// within dictionaries, joined by dots. Of a training checkpoint it is the "state_dict"; "module.",
// which parallel training puts before every name, is left out. Entries are keys of storages.
absl::StatusOr<std::map<std::string, TorchTensor>> FindTorchTensors(const Pickle& pickle);

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_PICKLE_H_
