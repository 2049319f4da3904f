#ifndef IMAGO_WEB_STATIC_FILES_H_
#define IMAGO_WEB_STATIC_FILES_H_

// The files of web/static, compiled into the program by tools/embed_files.cmake.

#include <cstddef>

namespace imago {

struct StaticFile {
  const char* name;  // "index.html"
  const unsigned char* data;
  size_t size;
};

extern const StaticFile kStaticFiles[];
extern const size_t kStaticFileCount;

}  // namespace imago

#endif  // IMAGO_WEB_STATIC_FILES_H_
