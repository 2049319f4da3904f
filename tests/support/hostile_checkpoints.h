#ifndef IMAGO_TESTS_SUPPORT_HOSTILE_CHECKPOINTS_H_
#define IMAGO_TESTS_SUPPORT_HOSTILE_CHECKPOINTS_H_

// Small valid checkpoints in every layout and container, and seeded damage to them.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace imago {

struct HostileCheckpoint {
  std::string name;
  std::map<std::string, std::string> files;  // by their names in the folder
  std::string victim;                        // the one that is damaged
};

// OpenAI's, open_clip's and Hugging Face's Vision Transformer, OpenAI's ModifiedResNet and SigLIP,
// in one file, in shards (damaged in the index and in a shard), and as PyTorch's module and
// dictionary.
std::vector<HostileCheckpoint> MakeHostileCheckpoints();

// Flipped, swapped, inserted and cut bytes, lengths, types, shapes and opcodes; mostly where the
// format has its structure, sometimes among values.
HostileCheckpoint Mutate(const HostileCheckpoint& checkpoint, uint32_t seed);

void WriteCheckpoint(const HostileCheckpoint& checkpoint, const std::string& folder);

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_HOSTILE_CHECKPOINTS_H_
