#include "embed/sentencepiece_check.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "embed/protobuf_reader.h"

namespace imago {
namespace {

constexpr uint32_t kPieces = 1;  // field numbers of sentencepiece_model.proto
constexpr uint32_t kNormalizer = 3;
constexpr uint32_t kPieceScore = 2;
constexpr uint32_t kCharsMap = 2;
constexpr uint32_t kBytesWire = 2;
constexpr uint32_t kFixed32Wire = 5;

absl::Status Broken(const std::string& what) {
  return absl::DataLossError("sentencepiece model: " + what);
}

// Follows every path from the root of a darts-clone array.
class TrieWalker {
 public:
  // `texts` are what keys stand for, each ended by a zero; a key's value is where its text begins.
  TrieWalker(std::vector<uint32_t> units, std::string_view texts)
      : units_(std::move(units)), texts_(texts), heights_(units_.size(), kUnseen) {}

  bool IsSafe() {
    return !units_.empty() && !texts_.empty() && texts_.back() == '\0' &&
           HeightFrom(0, 0) <= kMaxHeight;
  }

 private:
  static constexpr int kUnseen = -1;
  // The library holds the results of 32 keys on one path.
  static constexpr int kMaxHeight = 32;
  static constexpr int kUnsafe = 1000;

  static uint32_t Offset(uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }
  static uint32_t Label(uint32_t unit) { return unit & (1u << 31 | 0xFF); }
  static bool HasLeaf(uint32_t unit) { return (unit >> 8 & 1) == 1; }
  static uint32_t Value(uint32_t unit) { return unit & ~(1u << 31); }

  // The most labels on a path down from the node; kUnsafe where a path leaves the array.
  int HeightFrom(uint32_t node, int depth) {
    if (depth > kMaxHeight) return kUnsafe;  // also where paths go round
    if (heights_[node] != kUnseen) return heights_[node];
    const uint64_t children = uint64_t{node} ^ Offset(units_[node]);
    if ((children | 0xFF) >= units_.size()) return kUnsafe;
    if (HasLeaf(units_[node]) && Value(units_[children]) >= texts_.size()) return kUnsafe;
    int height = 0;
    for (uint32_t label = 0; label <= 0xFF; ++label) {
      const auto child = static_cast<uint32_t>(children ^ label);
      if (Label(units_[child]) != label) continue;
      // Label zero is a leaf's, and the library stops at the end of the text.
      const int below = child == node ? kUnsafe : HeightFrom(child, depth + 1);
      if (below >= kUnsafe) return kUnsafe;
      height = std::max(height, below + 1);
    }
    return heights_[node] = height;
  }

  const std::vector<uint32_t> units_;
  const std::string_view texts_;
  std::vector<int> heights_;
};

absl::Status CheckCharsMap(std::string_view map) {
  if (map.empty()) return absl::OkStatus();
  uint32_t trie_bytes = 0;
  if (map.size() < sizeof(trie_bytes)) return Broken("its character map is torn");
  std::memcpy(&trie_bytes, map.data(), sizeof(trie_bytes));
  map.remove_prefix(sizeof(trie_bytes));
  if (trie_bytes > map.size()) return Broken("its character map is torn");
  std::vector<uint32_t> units(trie_bytes / sizeof(uint32_t));
  if (!units.empty()) std::memcpy(units.data(), map.data(), units.size() * sizeof(uint32_t));
  TrieWalker walker(std::move(units), map.substr(trie_bytes));
  if (walker.IsSafe()) return absl::OkStatus();
  return Broken("a path through its character map leaves the map");
}

absl::Status CheckNormalizer(std::string_view message) {
  ProtobufReader reader(message);
  while (const auto field = reader.Next()) {
    if (field->number != kCharsMap || field->wire_type != kBytesWire) continue;
    if (absl::Status status = CheckCharsMap(field->bytes); !status.ok()) return status;
  }
  return reader.broken() ? Broken("its normaliser is torn") : absl::OkStatus();
}

absl::Status CheckPiece(std::string_view message) {
  ProtobufReader reader(message);
  while (const auto field = reader.Next()) {
    if (field->number != kPieceScore || field->wire_type != kFixed32Wire) continue;
    float score = 0;
    std::memcpy(&score, field->bytes.data(), sizeof(score));
    if (!std::isfinite(score)) return Broken("the score of a piece is not finite");
  }
  return reader.broken() ? Broken("a piece is torn") : absl::OkStatus();
}

}  // namespace

absl::Status CheckSentencePieceModel(std::string_view model) {
  ProtobufReader reader(model);
  while (const auto field = reader.Next()) {
    if (field->wire_type != kBytesWire) continue;
    absl::Status status;
    if (field->number == kPieces) status = CheckPiece(field->bytes);
    if (field->number == kNormalizer) status = CheckNormalizer(field->bytes);
    if (!status.ok()) return status;
  }
  return reader.broken() ? Broken("torn") : absl::OkStatus();
}

}  // namespace imago
