#include "kernels/kernels_avx2_sums.h"
#include "kernels/kernels_nibbles_vnni.h"
#include "kernels/tables.h"

namespace imago {
namespace {

struct Vnni256 {
  using Bytes = __m256i;
  static constexpr int kQueries = 3;

  static Bytes Load(const void* p) { return LoadBytes(p); }
  static Bytes Low(Bytes v) { return _mm256_and_si256(v, _mm256_set1_epi8(15)); }
  static Bytes High(Bytes v) { return Low(_mm256_srli_epi16(v, 4)); }
  static Bytes Add(Bytes sum, Bytes values, Bytes query) {
    return _mm256_dpbusd_avx_epi32(sum, values, query);
  }
  static void StoreSums(const Bytes* v, int32_t* out) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), FourSums(v[0], v[1], v[2], v[3]));
  }
};

}  // namespace

void NibbleDotsAvxVnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                       int32_t* out) {
  VnniNibbles<Vnni256>::Dots(queries, rows, count, out);
}

}  // namespace imago
