#include "query/spelling.h"

#include <algorithm>

#include "embed/event_words.h"

namespace imago {
namespace {

constexpr size_t kNames = 3;
constexpr size_t kMaxBytes = 100;  // of the wrong name that are looked at

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> NearestNames(std::string_view wrong, std::vector<std::string> names) {
  const std::string lower = LowerAscii(wrong.substr(0, kMaxBytes));
  std::vector<std::pair<size_t, size_t>> order;
  for (size_t i = 0; i < names.size(); ++i) {
    order.emplace_back(Distance(lower, LowerAscii(names[i])), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> nearest;
  for (size_t i = 0; i < std::min(kNames, order.size()); ++i) {
    nearest.push_back(std::move(names[order[i].second]));
  }
  return nearest;
}

}  // namespace imago
