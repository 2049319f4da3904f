#ifndef IMAGO_STORAGE_UTF8_H_
#define IMAGO_STORAGE_UTF8_H_

#include <string>

namespace imago {

bool IsUtf8(const std::string& text);

}  // namespace imago

#endif  // IMAGO_STORAGE_UTF8_H_
