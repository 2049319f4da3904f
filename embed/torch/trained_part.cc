#include "embed/torch/trained_part.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "fmt/format.h"

namespace imago {
namespace {

// What the names of the lists of blocks end in, of all towers.
constexpr std::array<std::string_view, 7> kLists = {
    "resblocks", "encoder.layer", "blocks", "layer1", "layer2", "layer3", "layer4"};
// What comes after the blocks, by the beginnings of their names.
constexpr std::array<std::string_view, 8> kAfter = {"proj",     "text_projection", "ln_post",
                                                    "ln_final", "attnpool",        "head.",
                                                    "centre.",  "trunk.conv_head."};

// "transformer.resblocks.3." of "transformer.resblocks.3.ln_1.weight"; empty outside of blocks.
std::string BlockOf(const std::string& name) {
  for (const std::string_view list : kLists) {
    const size_t found = name.find(std::string(list) + ".");
    if (found == std::string::npos) continue;
    if (found > 0 && name[found - 1] != '.') continue;
    const size_t number = found + list.size() + 1;
    const size_t end = name.find('.', number);
    if (end == std::string::npos || !std::isdigit(name[number])) continue;
    return name.substr(0, end + 1);
  }
  return "";
}

std::vector<std::string> BlocksInOrder(const torch::nn::Module& tower) {
  std::vector<std::string> blocks;
  for (const auto& item : tower.named_parameters()) {
    const std::string block = BlockOf(item.key());
    if (block.empty() || (!blocks.empty() && blocks.back() == block)) continue;
    blocks.push_back(block);
  }
  return blocks;
}

bool ComesAfter(const std::string& name) {
  return std::any_of(kAfter.begin(), kAfter.end(),
                     [&name](std::string_view begin) { return name.starts_with(begin); });
}

}  // namespace

absl::Status SetTrained(const TrainedPart& part, torch::nn::Module& tower) {
  std::vector<std::string> last;
  if (part.kind == TrainedPart::Kind::kLast) {
    last = BlocksInOrder(tower);
    if (part.blocks > static_cast<int64_t>(last.size())) {
      return absl::InvalidArgumentError(fmt::format(
          "the last {} blocks are to be trained, the tower has {}", part.blocks, last.size()));
    }
    last.erase(last.begin(), last.end() - part.blocks);
  }
  for (auto& item : tower.named_parameters()) {
    const std::string block = BlockOf(item.key());
    const bool late = block.empty() ? ComesAfter(item.key())
                                    : std::find(last.begin(), last.end(), block) != last.end();
    item.value().set_requires_grad(part.kind == TrainedPart::Kind::kAll ||
                                   (part.kind == TrainedPart::Kind::kLast && late));
  }
  return absl::OkStatus();
}

void SetTrainingModes(torch::nn::Module& module) {
  for (const auto& part : module.modules()) {
    const std::vector<torch::Tensor> own = part->parameters(/*recurse=*/false);
    if (own.empty() || !part->children().empty()) continue;
    part->train(std::any_of(own.begin(), own.end(),
                            [](const torch::Tensor& weight) { return weight.requires_grad(); }));
  }
}

}  // namespace imago
