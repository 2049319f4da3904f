#include "tests/support/clip_merges.h"

#include <set>
#include <vector>

namespace imago {

std::string MadeUpMerges() {
  constexpr int kMerges = 48894;
  std::string file = "#version: made up\nb c\na b\na bc\na a</w>\n";
  std::set<std::string> made = {"bc", "ab", "abc", "aa</w>"};
  std::vector<std::string> tokens;
  for (char c = '!'; c <= '~'; ++c) {
    for (char d = 'A'; d <= 'Z'; ++d) {
      const std::string token = {c, d};
      if (!made.insert(token).second) continue;
      file += std::string{c} + " " + std::string{d} + "\n";
      tokens.push_back(token);
    }
  }
  // Every further token is one of these and one more capital letter.
  for (size_t i = 0; static_cast<int>(made.size()) < kMerges; ++i) {
    const std::string token = tokens[i];
    for (char d = 'A'; d <= 'Z' && static_cast<int>(made.size()) < kMerges; ++d) {
      if (!made.insert(token + d).second) continue;
      file += token + " " + d + "\n";
      tokens.push_back(token + d);
    }
  }
  return file;
}

}  // namespace imago
