#ifndef IMAGO_TESTS_SUPPORT_CLIP_MERGES_H_
#define IMAGO_TESTS_SUPPORT_CLIP_MERGES_H_

#include <string>

namespace imago {

// A merges file of the published size that needs no data: "b c", "a b", "a bc", "a a</w>" and then
// pairs of letters, digits and longer made-up tokens.
std::string MadeUpMerges();

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_CLIP_MERGES_H_
