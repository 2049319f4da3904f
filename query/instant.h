#ifndef IMAGO_QUERY_INSTANT_H_
#define IMAGO_QUERY_INSTANT_H_

// Moments in time as filters compare them.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imago {

struct Instant {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  int32_t nanos = 0;    // 0 .. 999,999,999

  friend auto operator<=>(const Instant&, const Instant&) = default;
};

// RFC 3339 ("2024-05-01T10:00:00.5+02:00"), also without seconds, without a zone (then UTC), with a
// space for the T, or a date alone (its midnight UTC). Nothing for anything else, dates that do not
// exist included. Digits beyond nanoseconds are cut off; second 60 counts as the next minute's 0.
std::optional<Instant> ParseInstant(std::string_view text);

// "2024-05-01T08:00:00.500Z", always with three decimals; clamped to the years 0 to 9999.
std::string FormatInstant(int64_t ms_since_1970);

}  // namespace imago

#endif  // IMAGO_QUERY_INSTANT_H_
