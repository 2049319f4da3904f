#include "embed/clip_merges.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <utility>

#include "embed/gunzip.h"

namespace imago {
namespace {

constexpr size_t kMaxFileBytes = 64 << 20;
constexpr int32_t kBytes = 256;
constexpr std::string_view kWordEnd = "</w>";

using Spelling = std::unordered_map<std::string, int32_t>;

uint64_t PairKey(int32_t left, int32_t right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}

bool IsPrintable(int byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

// GPT-2's alphabet: the bytes in the order of their ids, printable ones first.
std::vector<int> BytesById() {
  std::vector<int> bytes;
  for (const bool printable : {true, false}) {
    for (int byte = 0; byte < kBytes; ++byte) {
      if (IsPrintable(byte) == printable) bytes.push_back(byte);
    }
  }
  return bytes;
}

// How the merges file spells the bytes: printable ones as Latin-1, the others from U+0100 on, all
// in UTF-8.
Spelling SpellBytes() {
  Spelling spelling;
  const std::vector<int> bytes = BytesById();
  int next = 0x100;
  for (int32_t id = 0; id < kBytes; ++id) {
    const int code = IsPrintable(bytes[id]) ? bytes[id] : next++;
    std::string text;
    if (code < 0x80) {
      text.push_back(static_cast<char>(code));
    } else {
      text.push_back(static_cast<char>(0xC0 | code >> 6));
      text.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
    spelling[text] = id;
    spelling[text + std::string(kWordEnd)] = kBytes + id;
  }
  return spelling;
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

absl::Status Broken(const std::string& what) { return absl::DataLossError("BPE merges: " + what); }

// A merge that waits: its rank is that of the token it makes, then the leftmost comes first.
struct Candidate {
  int32_t merged;
  size_t left;
  size_t right;
  int32_t left_id;
  int32_t right_id;
  bool operator>(const Candidate& other) const {
    return std::pair(merged, left) > std::pair(other.merged, other.left);
  }
};

// The word as a list linked through the positions of its bytes.
struct Symbol {
  int32_t id;  // -1 once merged into the one before it
  size_t next;
  size_t previous;
};

}  // namespace

ClipMerges::ClipMerges() : byte_ids_(kBytes) {
  const std::vector<int> bytes = BytesById();
  for (int32_t id = 0; id < kBytes; ++id) byte_ids_[bytes[id]] = id;
}

absl::StatusOr<ClipMerges> ClipMerges::Parse(std::string_view file) {
  std::string unpacked;
  if (IsGzip(file)) {
    absl::StatusOr<std::string> text = Gunzip(file, kMaxFileBytes);
    if (!text.ok()) return text.status();
    unpacked = *std::move(text);
    file = unpacked;
  }
  const std::string_view first = file.substr(0, file.find('\n'));
  if (first.find("#version") != std::string_view::npos) TakeLine(file);
  ClipMerges merges;
  merges.merged_ids_.reserve(kMerges);
  Spelling spelling = SpellBytes();
  for (int32_t rank = 0; rank < kMerges; ++rank) {
    if (file.empty()) return Broken(fmt::format("{} of {} are there", rank, kMerges));
    const std::string_view line = TakeLine(file);
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string left(line.substr(0, blank));
    const std::string right(line.substr(std::min(blank + 1, line.size())));
    const auto left_id = spelling.find(left);
    const auto right_id = spelling.find(right);
    if (left_id == spelling.end() || right_id == spelling.end()) {
      return Broken(fmt::format("number {}, \"{}\", joins what is no token yet", rank + 1, line));
    }
    merges.merged_ids_[PairKey(left_id->second, right_id->second)] = 2 * kBytes + rank;
    if (!spelling.emplace(left + right, 2 * kBytes + rank).second) {
      return Broken(fmt::format("number {}, \"{}\", makes a token again", rank + 1, line));
    }
  }
  return merges;
}

std::vector<int32_t> ClipMerges::Split(std::string_view word) const {
  const size_t n = word.size();
  std::vector<Symbol> symbols(n);
  for (size_t i = 0; i < n; ++i) {
    const int32_t id = byte_ids_[static_cast<uint8_t>(word[i])];
    symbols[i] = {i + 1 == n ? kBytes + id : id, i + 1, i - 1};
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto consider = [&](size_t left, size_t right) {
    if (left >= n || right >= n) return;
    const auto found = merged_ids_.find(PairKey(symbols[left].id, symbols[right].id));
    if (found == merged_ids_.end()) return;
    queue.push({found->second, left, right, symbols[left].id, symbols[right].id});
  };
  for (size_t i = 0; i + 1 < n; ++i) consider(i, i + 1);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.left];
    Symbol& right = symbols[best.right];
    if (left.id != best.left_id || right.id != best.right_id || left.next != best.right) continue;
    left.id = best.merged;
    left.next = right.next;
    right.id = -1;
    if (left.next < n) symbols[left.next].previous = best.left;
    consider(left.previous, best.left);
    consider(best.left, left.next);
  }
  std::vector<int32_t> ids;
  for (size_t i = 0; i < n; i = symbols[i].next) ids.push_back(symbols[i].id);
  return ids;
}

}  // namespace imago
