#ifndef IMAGO_STORAGE_DESCRIPTOR_H_
#define IMAGO_STORAGE_DESCRIPTOR_H_

#include <unistd.h>

namespace imago {

// What open(2) returned. Closes on leaving the scope.
struct Descriptor {
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  const int fd;
};

}  // namespace imago

#endif  // IMAGO_STORAGE_DESCRIPTOR_H_
