#ifndef IMAGO_QUERY_SPELLING_H_
#define IMAGO_QUERY_SPELLING_H_

#include <string>
#include <string_view>
#include <vector>

namespace imago {

// The three names that are spelled most like `wrong`, best first: the least number of letters to
// change, add or take away (Levenshtein), ASCII letters in any case; equals in their order.
std::vector<std::string> NearestNames(std::string_view wrong, std::vector<std::string> names);

}  // namespace imago

#endif  // IMAGO_QUERY_SPELLING_H_
