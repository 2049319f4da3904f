#ifndef IMAGO_QUERY_UTF8_H_
#define IMAGO_QUERY_UTF8_H_

#include <string>

namespace imago {

bool IsUtf8(const std::string& text);

}  // namespace imago

#endif  // IMAGO_QUERY_UTF8_H_
