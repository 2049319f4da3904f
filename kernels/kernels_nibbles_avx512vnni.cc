// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/kernels_nibbles_vnni.h"
#include "kernels/tables.h"

namespace imago {
namespace {

struct Vnni512 {
  using Bytes = __m512i;
  static constexpr int kQueries = 4;

  static Bytes Load(const void* p) { return _mm512_loadu_si512(p); }
  static Bytes Low(Bytes v) { return _mm512_and_si512(v, _mm512_set1_epi8(15)); }
  static Bytes High(Bytes v) { return Low(_mm512_srli_epi16(v, 4)); }
  static Bytes Add(Bytes sum, Bytes values, Bytes query) {
    return _mm512_dpbusd_epi32(sum, values, query);
  }
  // The sum of 16 lanes in 4.
  static __m128i Quarters(Bytes v) {
    const __m256i halves =
        _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
  }
  static void StoreSums(const Bytes* v, int32_t* out) {
    const __m128i ab = _mm_hadd_epi32(Quarters(v[0]), Quarters(v[1]));
    const __m128i cd = _mm_hadd_epi32(Quarters(v[2]), Quarters(v[3]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_hadd_epi32(ab, cd));
  }
};

}  // namespace

void NibbleDotsAvx512Vnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                          int32_t* out) {
  VnniNibbles<Vnni512>::Dots(queries, rows, count, out);
}

}  // namespace imago
