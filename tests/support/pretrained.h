#ifndef IMAGO_TESTS_SUPPORT_PRETRAINED_H_
#define IMAGO_TESTS_SUPPORT_PRETRAINED_H_

#include <string>

namespace imago {

// A file that tools/convert_pretrained.py wrote into the cache's folder "imago/pretrained"; empty
// where it is not at hand.
std::string PretrainedFile(const std::string& name);

}  // namespace imago

#endif  // IMAGO_TESTS_SUPPORT_PRETRAINED_H_
