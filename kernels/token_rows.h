#ifndef IMAGO_KERNELS_TOKEN_ROWS_H_
#define IMAGO_KERNELS_TOKEN_ROWS_H_

// What a transformer does to rows of tokens between its matrix products. Beside each plain loop,
// which is the truth, one for CPUs with AVX-512 (F, BW, VL, BF16).

#include <cstddef>
#include <cstdint>

namespace imago {

// Rows [count, columns] less their mean, by their deviation, times `gain` plus `bias`, in place;
// rounded to bfloat16 also to `rounded`. columns is a multiple of 16.
struct RowNorm {
  const float* gain = nullptr;
  const float* bias = nullptr;
  float epsilon = 1e-12f;
  size_t columns = 0;
};
void ScalarNormalizeTokens(const RowNorm& norm, size_t count, float* rows, uint16_t* rounded);
void Avx512NormalizeTokens(const RowNorm& norm, size_t count, float* rows, uint16_t* rounded);

// Multi-head attention of the tokens of one text among themselves: rows [tokens, 3 heads width] of
// queries, keys and values, a head's columns together, queries already divided by the root of
// `width`. out: [tokens, heads width], rounded to bfloat16. width is a multiple of 16.
struct TokenHeads {
  size_t heads = 0;
  size_t width = 0;  // of one
};
// Floats of room that the loops need.
size_t AttentionRoom(const TokenHeads& heads, size_t tokens);
void ScalarAttend(const TokenHeads& heads, const float* rows, size_t tokens, float* room,
                  uint16_t* out);
void Avx512Attend(const TokenHeads& heads, const float* rows, size_t tokens, float* room,
                  uint16_t* out);

}  // namespace imago

#endif  // IMAGO_KERNELS_TOKEN_ROWS_H_
