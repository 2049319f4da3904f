#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "fmt/format.h"

namespace imago {

std::string FormatSeconds(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  const int64_t hours = whole / 3600;
  const int64_t minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

Progress::Progress(bool wanted)
    : on_(wanted && isatty(STDERR_FILENO) != 0), start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\n");
}

void Progress::Show(const std::string& label, uint64_t done, uint64_t total) {
  if (!on_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0;
  const std::string eta =
      rate > 0 && total > done ? FormatSeconds(static_cast<double>(total - done) / rate) : "-";
  fmt::print(stderr, "\r\033[K{}  {}/{}  {:.1f}/s  {} left", label, done, total, rate, eta);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::ShowBytes(const std::string& label, uint64_t done, uint64_t total) {
  constexpr double kMega = 1e6;
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!shown_) {
    start_ = now;
    first_bytes_ = done;
  } else if (done < total && now - last_ < std::chrono::milliseconds(100)) {
    return;
  }
  last_ = now;
  const std::chrono::duration<double> elapsed = now - start_;
  const double fresh = static_cast<double>(done - std::min(done, first_bytes_));
  const double rate = elapsed.count() > 0 ? fresh / elapsed.count() : 0;
  const std::string eta =
      rate > 0 && total > done ? FormatSeconds(static_cast<double>(total - done) / rate) : "-";
  fmt::print(stderr, "\r\033[K{}  {:.1f}/{:.1f} MB  {:.1f} MB/s  {} left", label,
             static_cast<double>(done) / kMega, static_cast<double>(total) / kMega, rate / kMega,
             eta);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace imago
