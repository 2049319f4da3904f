#ifndef IMAGO_TOOLS_PROGRESS_H_
#define IMAGO_TOOLS_PROGRESS_H_

// A line that rewrites itself on a terminal and stays away from pipes.

#include <chrono>
#include <cstdint>
#include <string>

namespace imago {

class Progress {
 public:
  // Shows nothing unless `wanted` and standard error is a terminal.
  explicit Progress(bool wanted);
  ~Progress();

  // "label  done/total  rate/s  ETA"; the total may still grow.
  void Show(const std::string& label, uint64_t done, uint64_t total);
  // "label  done/total MB  rate MB/s  ETA"; what was there when this was first called does not
  // count as fast. At most ten times a second.
  void ShowBytes(const std::string& label, uint64_t done, uint64_t total);

 private:
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
  uint64_t first_bytes_ = 0;
};

// "1:02:03" or "2:03".
std::string FormatSeconds(double seconds);

}  // namespace imago

#endif  // IMAGO_TOOLS_PROGRESS_H_
