#ifndef IMAGO_EMBED_TORCH_AUTOCAST_H_
#define IMAGO_EMBED_TORCH_AUTOCAST_H_

#include <ATen/autocast_mode.h>

namespace imago {

// While it lives, matrix products and convolutions of this thread compute in bf16 from f32 weights,
// whose gradients stay f32.
class Autocast {
 public:
  explicit Autocast(bool wanted) : wanted_(wanted) {
    if (!wanted_) return;
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
  ~Autocast() {
    if (!wanted_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool wanted_;
};

}  // namespace imago

#endif  // IMAGO_EMBED_TORCH_AUTOCAST_H_
