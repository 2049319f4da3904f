#include <bit>

#include "kernels/kernels.h"

namespace imago {
namespace {

constexpr uint32_t kFloatInfinity = 0x7f800000;
constexpr uint16_t kHalfInfinity = 0x7c00;

// Shifts right by `bits` (1 to 31), rounding to nearest, ties to even.
uint32_t ShiftRounded(uint32_t value, int bits) {
  const uint32_t half = uint32_t{1} << (bits - 1);
  const uint32_t odd = (value >> bits) & 1;
  return (value + half - 1 + odd) >> bits;
}

uint16_t MagnitudeToHalf(uint32_t magnitude) {
  if (magnitude > kFloatInfinity) {  // a quiet NaN with the payload's upper bits
    return static_cast<uint16_t>(kHalfInfinity | 0x0200 | ((magnitude >> 13) & 0x03ff));
  }
  if (magnitude >= 0x47800000) return kHalfInfinity;  // 2^16 and above
  const int exponent = static_cast<int>(magnitude >> 23);
  // 2^-14 and above: normal. A carry out of the mantissa is a right step of the exponent.
  if (exponent >= 113) return static_cast<uint16_t>(ShiftRounded(magnitude - (112u << 23), 13));
  if (exponent < 102) return 0;  // below half of the smallest denormal
  const uint32_t mantissa = (magnitude & 0x007fffff) | 0x00800000;
  return static_cast<uint16_t>(ShiftRounded(mantissa, 126 - exponent));
}

Half HalfFromFloat(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
  return {static_cast<uint16_t>(sign | MagnitudeToHalf(bits & 0x7fffffff))};
}

float FloatFromHalf(Half half) {
  const uint32_t sign = static_cast<uint32_t>(half.bits & 0x8000) << 16;
  const uint32_t exponent = (half.bits >> 10) & 0x1f;
  const uint32_t mantissa = half.bits & 0x03ff;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24f;
    return sign == 0 ? value : -value;
  }
  if (exponent == 0x1f) {
    const uint32_t quiet = mantissa == 0 ? 0 : 0x00400000;
    return std::bit_cast<float>(sign | kFloatInfinity | quiet | (mantissa << 13));
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

float Value(float x) { return x; }
float Value(Half x) { return FloatFromHalf(x); }

template <typename T>
float Dot(const float* a, const T* b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += double{a[i]} * Value(b[i]);
  return static_cast<float>(sum);
}

template <typename T>
void Dots(const float* queries, size_t nq, const T* data, size_t rows, size_t n, float* out) {
  for (size_t q = 0; q < nq; ++q) {
    for (size_t r = 0; r < rows; ++r) {
      out[q * rows + r] = Dot(queries + q * n, data + r * n, n);
    }
  }
}

void ToF16(const float* in, Half* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = HalfFromFloat(in[i]);
}

void ToF32(const Half* in, float* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = FloatFromHalf(in[i]);
}

void AddScaled(const float* x, float scale, float* y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = static_cast<float>(y[i] + double{scale} * x[i]);
}

int32_t NibbleDot(const int8_t* query, const uint8_t* row, size_t groups) {
  int32_t sum = 0;
  for (size_t g = 0; g < groups; ++g) {
    for (size_t j = 0; j < kNibbleGroupBytes; ++j) {
      const int byte = row[g * kNibbleGroupBytes + j];
      const int8_t* values = query + g * kNibbleGroup + j;
      sum += (byte & 15) * values[0] + (byte >> 4) * values[kNibbleGroupBytes];
    }
  }
  return sum;
}

void NibbleDots(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                int32_t* out) {
  for (size_t q = 0; q < queries.count; ++q) {
    const int8_t* query = queries.values + q * queries.groups * kNibbleGroup;
    for (size_t r = 0; r < count; ++r) {
      out[q * count + r] = NibbleDot(query, rows[r], queries.groups);
    }
  }
}

int32_t CrumbDot(const int8_t* query, const uint8_t* row, size_t groups) {
  constexpr size_t kParts = kCrumbGroup / kCrumbGroupBytes;
  int32_t sum = 0;
  for (size_t i = 0; i < groups * kCrumbGroupBytes; ++i) {
    const int8_t* values = query + i / kCrumbGroupBytes * kCrumbGroup + i % kCrumbGroupBytes;
    for (size_t part = 0; part < kParts; ++part) {
      sum += ((row[i] >> (2 * part)) & 3) * values[part * kCrumbGroupBytes];
    }
  }
  return sum;
}

void CrumbDots(const int8_t* query, size_t groups, const uint8_t* const* rows, size_t count,
               int32_t* out) {
  for (size_t r = 0; r < count; ++r) out[r] = CrumbDot(query, rows[r], groups);
}

uint64_t Reaching(const int32_t* dots, const float* scales, const float* errors, size_t count,
                  const ScoreBound& bound) {
  uint64_t reached = 0;
  for (size_t r = 0; r < count; ++r) {
    const float score = scales[r] * (bound.slope * static_cast<float>(dots[r]) + bound.offset);
    const bool reaches = score + bound.norm * errors[r] >= bound.least;
    reached |= uint64_t{reaches} << r;
  }
  return reached;
}

}  // namespace

const Kernels& ScalarKernels() {
  static constexpr Kernels kTable = {"scalar",   Dot<float>, Dot<Half>, Dots<float>,
                                     Dots<Half>, ToF16,      ToF32,     AddScaled,
                                     NibbleDots, CrumbDots,  Reaching};
  return kTable;
}

}  // namespace imago
