#include "tests/support/hostile_checkpoints.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <utility>

#include "embed/safetensors.h"
#include "tests/support/data.h"
#include "tests/support/published_clip.h"
#include "tests/support/torch_archive_writer.h"

namespace imago {
namespace {

using Tensors = std::vector<TensorToWrite>;
using Random = std::mt19937;

std::string Safetensors(const Tensors& tensors) {
  const std::string path = MakeTempDir() + "/x.safetensors";
  const auto status = WriteSafetensors(path, tensors, {{"format", "pt"}});
  if (!status.ok()) throw std::runtime_error(status.ToString());
  return ReadTestFile(path);
}

// The same model with 49408 tokens left out but for a few: nothing here looks words up.
Tensors FewTokens(Tensors tensors) {
  for (TensorToWrite& tensor : tensors) {
    if (tensor.name.find("token_embedding.weight") == std::string::npos) continue;
    tensor.shape[0] = 20;
    tensor.bytes.resize(20 * static_cast<size_t>(tensor.shape[1]) * 2);
  }
  return tensors;
}

ClipGolden Small(const std::string& name) {
  ClipGolden shape = ReadClipGolden(name);
  shape.layers = 1;
  shape.text_layers = 1;
  shape.context = 4;
  shape.blocks = {1, 1, 1, 1};
  shape.width = shape.patch == 0 ? 4 : 64;
  shape.dim = 8;
  return shape;
}

HostileCheckpoint OneFile(const std::string& name, const Tensors& tensors) {
  return {name, {{"model.safetensors", Safetensors(tensors)}}, "model.safetensors"};
}

// Two shards with an index.
HostileCheckpoint Sharded(const std::string& name, const Tensors& tensors,
                          const std::string& victim) {
  const size_t half = tensors.size() / 2;
  const auto middle = tensors.begin() + static_cast<std::ptrdiff_t>(half);
  nlohmann::json map;
  for (size_t i = 0; i < tensors.size(); ++i) {
    map[tensors[i].name] = i < half ? "a.safetensors" : "b.safetensors";
  }
  return {name,
          {{"a.safetensors", Safetensors({tensors.begin(), middle})},
           {"b.safetensors", Safetensors({middle, tensors.end()})},
           {"model.safetensors.index.json", nlohmann::json{{"weight_map", map}}.dump()}},
          victim};
}

// Where the format has its structure: the header of a .safetensors file, and the pickle and the
// directory of a zip file.
std::pair<size_t, size_t> Structure(const HostileCheckpoint& checkpoint, Random& random) {
  const std::string& bytes = checkpoint.files.at(checkpoint.victim);
  if (checkpoint.victim.find(".json") != std::string::npos) return {0, bytes.size()};
  if (checkpoint.victim.find(".pt") != std::string::npos) {
    const size_t pickle = bytes.find("archive/data/0");
    const size_t directory = bytes.find("PK\x01\x02");
    return random() % 4 == 0 ? std::pair(directory, bytes.size()) : std::pair(size_t{0}, pickle);
  }
  const size_t header = static_cast<uint8_t>(bytes[0]) + 256 * static_cast<uint8_t>(bytes[1]);
  return {0, std::min(bytes.size(), header + 8)};
}

// Words of the formats, for places where others stand.
std::string Word(Random& random) {
  static const std::vector<std::string> words = {"F16",
                                                 "F32",
                                                 "BF16",
                                                 "I64",
                                                 "U8",
                                                 "F64",
                                                 "[]",
                                                 "0",
                                                 "-1",
                                                 "1",
                                                 "64",
                                                 "16384",
                                                 "4294967296",
                                                 "9223372036854775807",
                                                 "1e9",
                                                 "null",
                                                 "{}",
                                                 "\"",
                                                 "..",
                                                 "a.safetensors",
                                                 "b.safetensors",
                                                 "/etc/passwd",
                                                 "visual.",
                                                 "transformer",
                                                 "text.",
                                                 "weight",
                                                 "shape",
                                                 "data_offsets",
                                                 std::string("K\0", 2),
                                                 "K\xff",
                                                 "J\xff\xff\xff\x7f",
                                                 "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
                                                 "(",
                                                 "t",
                                                 "R",
                                                 "b",
                                                 "u",
                                                 "}",
                                                 "]",
                                                 ")",
                                                 "Q",
                                                 "\x81",
                                                 "\x85",
                                                 "\x86",
                                                 "\x87",
                                                 ".",
                                                 "q\x01",
                                                 "h\x01",
                                                 "HalfStorage",
                                                 "FloatStorage",
                                                 "LongStorage",
                                                 "cos\nsystem\n",
                                                 "PK\x03\x04",
                                                 "PK\x05\x06",
                                                 "PK\x01\x02",
                                                 std::string(8, '\xff'),
                                                 std::string(8, '\0')};
  return words[random() % words.size()];
}

void MutateOnce(const HostileCheckpoint& checkpoint, std::string& bytes, Random& random) {
  auto [begin, end] = Structure(checkpoint, random);
  end = std::min(end, bytes.size());
  if (begin >= end) return;
  const size_t at = begin + random() % (end - begin);
  const std::string word = Word(random);
  switch (random() % 7) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      break;
    case 1:
      bytes[at] = static_cast<char>(random());
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.insert(at, word);
      break;
    case 4:
      bytes.replace(at, std::min(word.size(), bytes.size() - at), word);
      break;
    case 5:
      bytes.erase(at, 1 + random() % 16);
      break;
    default: {  // a piece of the structure to another place
      const std::string piece = bytes.substr(at, 1 + random() % 40);
      bytes.insert(begin + random() % (end - begin), piece);
    }
  }
}

}  // namespace

std::vector<HostileCheckpoint> MakeHostileCheckpoints() {
  const Tensors vit = FewTokens(OpenAiClip(Small("tiny-quick")));
  const Tensors resnet = FewTokens(OpenAiClip(Small("tiny-resnet")));
  SiglipGolden golden = ReadSiglipGolden("siglip-tiny");
  const Tensors siglip = SiglipTensors(golden);
  std::vector<HostileCheckpoint> all = {
      OneFile("OpenAI", vit),
      OneFile("OpenAI ResNet", resnet),
      OneFile("open_clip", OpenClipWithTextTower(vit)),
      OneFile("Hugging Face", HuggingFaceClip(vit)),
      OneFile("SigLIP", siglip),
      OneFile("SigLIP's config", siglip),
      Sharded("index", HuggingFaceClip(vit), "model.safetensors.index.json"),
      Sharded("shard", vit, "b.safetensors"),
      {"module", {{"x.pt", MakeTorchArchive(resnet, true)}}, "x.pt"},
      {"dictionary", {{"x.pt", MakeTorchArchive(HuggingFaceClip(vit))}}, "x.pt"}};
  const char* clip_config =
      R"({"vision_config": {"num_attention_heads": 1}, "text_config": {"num_attention_heads": 1}})";
  for (HostileCheckpoint& checkpoint : all) {
    const bool is_siglip = checkpoint.name.rfind("SigLIP", 0) == 0;
    checkpoint.files["config.json"] = is_siglip ? SiglipConfig(golden) : clip_config;
  }
  all[5].victim = "config.json";
  return all;
}

HostileCheckpoint Mutate(const HostileCheckpoint& checkpoint, uint32_t seed) {
  Random random(seed);
  HostileCheckpoint damaged = checkpoint;
  std::string& bytes = damaged.files.at(damaged.victim);
  const int count = 1 + static_cast<int>(random() % 3);
  if (random() % 4 == 0) {  // values, mostly
    for (int i = 0; i < count; ++i) bytes[random() % bytes.size()] ^= 1 << random() % 8;
    return damaged;
  }
  for (int i = 0; i < count && !bytes.empty(); ++i) MutateOnce(checkpoint, bytes, random);
  return damaged;
}

void WriteCheckpoint(const HostileCheckpoint& checkpoint, const std::string& folder) {
  for (const auto& [name, bytes] : checkpoint.files) WriteTestFile(folder + "/" + name, bytes);
}

}  // namespace imago
