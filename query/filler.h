#ifndef IMAGO_QUERY_FILLER_H_
#define IMAGO_QUERY_FILLER_H_

// The fillers of roles as they are compared: without case, articles and plurals.

#include <string>
#include <string_view>
#include <vector>

namespace imago {

// "men" to "man"; other words as they are. Lower case.
std::string Singular(std::string_view noun);
// The words in lower case and in the singular, single spaces between them, articles and possessives
// in front left out: "The Men with guns" to "man with gun". Empty where there is no word.
std::string NormalPhrase(std::string_view phrase);

// What a query asks for in a role.
struct FillerQuery {
  std::string phrase;               // NormalPhrase
  std::string head;                 // the last word before a preposition or clause: "man"
  std::vector<std::string> others;  // the further words that are no function words: "gun"
};
FillerQuery ReadFillerQuery(std::string_view filler);

// The share of `words` that `phrase`, a NormalPhrase, has; 1 when there are none.
double ShareOfWords(const std::vector<std::string>& words, std::string_view phrase);

}  // namespace imago

#endif  // IMAGO_QUERY_FILLER_H_
