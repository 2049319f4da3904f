#ifndef IMAGO_KERNELS_TABLES_H_
#define IMAGO_KERNELS_TABLES_H_

// The tables of the instruction sets. Each lives in a file of its own that alone is compiled for
// that set; such a file calls nothing inline from shared headers, since the linker may keep its
// copy for everyone. Call these functions anywhere, the tables' functions only where the CPU has
// the instructions.

#include "kernels/kernels.h"

namespace imago {

const Kernels& Avx2Kernels();
const Kernels& Avx512Kernels();

// What tables have in common.
void NibbleDotsAvx2(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                    int32_t* out);
void NibbleDotsAvxVnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                       int32_t* out);
void NibbleDotsAvx512Vnni(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                          int32_t* out);
// Needs AMX, permission to use it, and what NibbleDotsAvx512Vnni needs.
void NibbleDotsAmx(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                   int32_t* out);
void CrumbDotsAvx2(const int8_t* query, size_t groups, const uint8_t* const* rows, size_t count,
                   int32_t* out);
void CrumbDotsAvx512Vnni(const int8_t* query, size_t groups, const uint8_t* const* rows,
                         size_t count, int32_t* out);
uint64_t ReachingAvx2(const int32_t* dots, const float* scales, const float* errors, size_t count,
                      const ScoreBound& bound);
uint64_t ReachingAvx512(const int32_t* dots, const float* scales, const float* errors, size_t count,
                        const ScoreBound& bound);

// Whether the process may use AMX's tiles: 8 KB of registers for each thread, which Linux gives to
// a process that asks once, for all its threads. Asks.
bool MayUseTiles();

}  // namespace imago

#endif  // IMAGO_KERNELS_TABLES_H_
