#include "query/instant.h"

#include <algorithm>
#include <chrono>

#include "fmt/format.h"

namespace imago {
namespace {

// Reads a text from left to right; once something did not fit, everything after it fails too.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int Digits(size_t count) {
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      const int digit = Digit();
      if (digit < 0) return Fail();
      value = value * 10 + digit;
    }
    return value;
  }

  // Consumes the next character if it is one of `any`.
  char Take(std::string_view any) {
    if (rest_.empty() || any.find(rest_[0]) == std::string_view::npos) return 0;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }
  void Expect(char c) {
    if (Take({&c, 1}) == 0) Fail();
  }

  int32_t Fraction() {
    int32_t nanos = 0;
    int digits = 0;
    for (int digit = Digit(); digit >= 0; digit = Digit()) {
      if (digits < 9) nanos = nanos * 10 + digit;
      ++digits;
    }
    if (digits == 0) Fail();
    for (; digits < 9; ++digits) nanos *= 10;
    return nanos;
  }

  int Fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  int Digit() {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return -1;
    const int digit = rest_[0] - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  std::string_view rest_;
  bool failed_ = false;
};

int64_t ReadDate(Reader& in) {
  using namespace std::chrono;  // NOLINT: calendar types
  const int y = in.Digits(4);
  in.Expect('-');
  const unsigned m = in.Digits(2);
  in.Expect('-');
  const unsigned d = in.Digits(2);
  const year_month_day date{year{y}, month{m}, day{d}};
  if (!date.ok()) return in.Fail();
  return int64_t{sys_days{date}.time_since_epoch().count()} * 86400;
}

void ReadTime(Reader& in, Instant& instant) {
  const int hour = in.Digits(2);
  in.Expect(':');
  const int minute = in.Digits(2);
  int second = 0;
  if (in.Take(":")) {
    second = in.Digits(2);
    if (in.Take(".")) instant.nanos = in.Fraction();
  }
  if (hour > 23 || minute > 59 || second > 60) in.Fail();
  instant.seconds += hour * 3600 + minute * 60 + second;
}

void ReadZone(Reader& in, Instant& instant) {
  if (in.at_end() || in.Take("Zz")) return;
  const char sign = in.Take("+-");
  if (sign == 0) in.Fail();
  const int hours = in.Digits(2);
  in.Expect(':');
  const int minutes = in.Digits(2);
  if (hours > 23 || minutes > 59) in.Fail();
  const int offset = hours * 3600 + minutes * 60;
  instant.seconds -= sign == '+' ? offset : -offset;
}

}  // namespace

std::optional<Instant> ParseInstant(std::string_view text) {
  Reader in(text);
  Instant instant;
  instant.seconds = ReadDate(in);
  if (!in.at_end()) {
    if (in.Take("Tt ") == 0) in.Fail();
    ReadTime(in, instant);
    ReadZone(in, instant);
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  return instant;
}

std::string FormatInstant(int64_t ms_since_1970) {
  using namespace std::chrono;  // NOLINT: calendar types
  const int64_t year_0 = -62'167'219'200'000;
  const int64_t year_9999_end = 253'402'300'799'999;
  const sys_time<milliseconds> time{milliseconds{std::clamp(ms_since_1970, year_0, year_9999_end)}};
  const sys_days date = floor<days>(time);
  const year_month_day ymd{date};
  const hh_mm_ss clock{time - date};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace imago
