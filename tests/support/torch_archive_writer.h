#ifndef IMAGO_TESTS_SUPPORT_TORCH_ARCHIVE_WRITER_H_
#define IMAGO_TESTS_SUPPORT_TORCH_ARCHIVE_WRITER_H_

// Files as PyTorch writes them, in memory.

#include <string>
#include <utility>
#include <vector>

#include "embed/safetensors.h"

namespace imago {

// A zip file of stored entries.
std::string MakeZip(const std::vector<std::pair<std::string, std::string>>& entries);

// As torch.save of a dictionary of the tensors, or, with `as_module`, as torch.jit.save of a module
// with one attribute for each tensor (names with dots are modules within).
std::string MakeTorchArchive(const std::vector<TensorToWrite>& tensors, bool as_module = false);

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_TORCH_ARCHIVE_WRITER_H_
