#include "query/cursor.h"

#include <bit>
#include <string_view>

#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {
namespace {

constexpr size_t kFingerprintBytes = 16;
constexpr size_t kHeadBytes = kFingerprintBytes + 8;

std::string Fingerprint(const Query& query) {
  std::string all = query.filter.text();
  if (query.min_score) all += fmt::format("\n{}", *query.min_score);
  for (const MediaKind kind : query.kinds) all += fmt::format("\n{}", MediaKindName(kind));
  if (query.read_events) all += "\nevents";
  for (const Term& term : query.terms) {
    all += fmt::format("\n{} {} {} {} {}", term.weight, term.text.size(), term.text,
                       term.item_id.size(), term.item_id);
    if (term.event) all += " event " + FormatEventPattern(*term.event);
    if (!term.image) continue;
    const auto& rgb = term.image->rgb;
    all += fmt::format(" {} ", term.image->width);
    all += Sha256({reinterpret_cast<const char*>(rgb.data()), rgb.size()});
  }
  return Sha256(all).substr(0, kFingerprintBytes);
}

void PutU32(uint32_t value, std::string& out) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint32_t GetU32(std::string_view in) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= uint32_t{static_cast<uint8_t>(in[i])} << (8 * i);
  return value;
}

}  // namespace

std::string EncodeCursor(const Cursor& cursor, const Query& query) {
  std::string bytes = Fingerprint(query);
  PutU32(std::bit_cast<uint32_t>(cursor.raw_score), bytes);
  PutU32(cursor.returned, bytes);
  bytes += cursor.item_id;
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<Cursor> DecodeCursor(const std::string& text, const Query& query) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes) || bytes.size() <= kHeadBytes) {
    return absl::InvalidArgumentError("cursor: is not one that a search has answered");
  }
  if (bytes.substr(0, kFingerprintBytes) != Fingerprint(query)) {
    return absl::InvalidArgumentError("cursor: belongs to another query");
  }
  const std::string_view rest = std::string_view(bytes).substr(kFingerprintBytes);
  Cursor cursor;
  cursor.raw_score = std::bit_cast<float>(GetU32(rest));
  cursor.returned = GetU32(rest.substr(4));
  cursor.item_id = std::string(rest.substr(8));
  if (!(cursor.raw_score >= -2 && cursor.raw_score <= 2)) {
    return absl::InvalidArgumentError("cursor: is not one that a search has answered");
  }
  return cursor;
}

}  // namespace imago
