#include <immintrin.h>

#include <cstring>

#include "kernels/resample.h"

// Compiled with AVX2 switched on, so nothing here may be called before the CPU was asked, and no
// inline function of another header may be made here that other files share.

namespace imago {
namespace {

// Pixels 0 and 1 (low lane), 2 and 3 (high lane) as 16-bit pairs: r0 r1 g0 g1 b0 b1 0 0.
__m256i PairPixels(const uint8_t* in) {
  const __m256i order =
      _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 6, -1, 9, -1, 7,
                       -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), order);
}

// Four weights, as PairPixels lays out the pixels.
__m256i PairWeights(const int16_t* weights) {
  const __m256i order = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, -1, -1, -1, -1,  //
                                         4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, -1, -1, -1, -1);
  long long four;
  std::memcpy(&four, weights, sizeof four);
  return _mm256_shuffle_epi8(_mm256_set1_epi64x(four), order);
}

__m128i Finish(__m128i high, __m128i low) {
  const __m128i half = _mm_set1_epi32(1 << (TapsView::kFractionBits - 1));
  const __m128i sum = _mm_add_epi32(_mm_slli_epi32(high, TapsView::kLowBits), low);
  return _mm_srai_epi32(_mm_add_epi32(sum, half), TapsView::kFractionBits);
}

void StorePixel(__m256i high, __m256i low, uint8_t* out) {
  const __m128i high4 =
      _mm_add_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
  const __m128i low4 = _mm_add_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  __m128i pixel = Finish(high4, low4);
  pixel = _mm_packs_epi32(pixel, pixel);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(pixel, pixel));
  std::memcpy(out, &bytes, 3);
}

template <int kRows>
void AcrossRows(const uint8_t* const* rows, const TapsView& taps, uint8_t* out) {
  const size_t outputs = taps.outputs;
  for (size_t i = 0; i < outputs; ++i) {
    __m256i high[kRows];
    __m256i low[kRows];
    for (int r = 0; r < kRows; ++r) high[r] = low[r] = _mm256_setzero_si256();
    for (int k = 0; k < taps.count[i]; k += 4) {
      const __m256i weights_high = PairWeights(&taps.high[i * taps.stride + k]);
      const __m256i weights_low = PairWeights(&taps.low[i * taps.stride + k]);
      for (int r = 0; r < kRows; ++r) {
        const __m256i pixels = PairPixels(rows[r] + (taps.first[i] + k) * 3);
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, weights_high));
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, weights_low));
      }
    }
    for (int r = 0; r < kRows; ++r) StorePixel(high[r], low[r], out + (r * outputs + i) * 3);
  }
}

void Across(const uint8_t* const* rows, size_t n, const TapsView& taps, uint8_t* out) {
  const size_t row_bytes = taps.outputs * 3;
  size_t r = 0;
  for (; r + 4 <= n; r += 4) AcrossRows<4>(rows + r, taps, out + r * row_bytes);
  for (; r < n; ++r) AcrossRows<1>(rows + r, taps, out + r * row_bytes);
}

// Bytes of two rows as 16-bit pairs a0 b0 a1 b1 ...; 8 columns.
__m256i PairRows(const uint8_t* a, const uint8_t* b) {
  const __m128i left = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(a));
  const __m128i right = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(b));
  return _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(left, right));
}

__m256i PairOf(const int16_t* weights) {
  int pair;
  std::memcpy(&pair, weights, sizeof pair);
  return _mm256_set1_epi32(pair);
}

// Eight columns of one output row. A last odd tap is paired with its own row at weight zero.
__m128i DownColumns(const uint8_t* in, size_t row_bytes, const TapsView& taps, size_t i) {
  __m256i high = _mm256_setzero_si256();
  __m256i low = high;
  for (int k = 0; k < taps.count[i]; k += 2) {
    const uint8_t* a = in + (taps.first[i] + k) * row_bytes;
    const __m256i pixels = PairRows(a, k + 1 < taps.count[i] ? a + row_bytes : a);
    const size_t at = i * taps.stride + k;
    high = _mm256_add_epi32(high, _mm256_madd_epi16(pixels, PairOf(&taps.high[at])));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(pixels, PairOf(&taps.low[at])));
  }
  const __m128i first = Finish(_mm256_castsi256_si128(high), _mm256_castsi256_si128(low));
  const __m128i second =
      Finish(_mm256_extracti128_si256(high, 1), _mm256_extracti128_si256(low, 1));
  const __m128i words = _mm_packs_epi32(first, second);
  return _mm_packus_epi16(words, words);
}

uint8_t DownByte(const uint8_t* in, size_t row_bytes, const TapsView& taps, size_t i) {
  int32_t sum = 1 << (TapsView::kFractionBits - 1);
  for (int k = 0; k < taps.count[i]; ++k) {
    sum += taps.weights[i * taps.stride + k] * in[(taps.first[i] + k) * row_bytes];
  }
  sum >>= TapsView::kFractionBits;
  return static_cast<uint8_t>(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

void Down(const uint8_t* in, size_t row_bytes, const TapsView& taps, uint8_t* out) {
  for (size_t i = 0; i < taps.outputs; ++i) {
    uint8_t* row = out + i * row_bytes;
    size_t x = 0;
    for (; x + 8 <= row_bytes; x += 8) {
      const __m128i bytes = DownColumns(in + x, row_bytes, taps, i);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(row + x), bytes);
    }
    for (; x < row_bytes; ++x) row[x] = DownByte(in + x, row_bytes, taps, i);
  }
}

}  // namespace

constinit const ResampleKernels kAvx2ResampleKernels = {Across, Down};

}  // namespace imago
