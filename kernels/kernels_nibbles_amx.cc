// g++ 12 takes the undefined source operand inside its own intrinsics for a mistake of ours.
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <immintrin.h>

#include "kernels/tables.h"

// AMX multiplies tiles: registers of up to 16 lines of 64 bytes. TDPBSUD adds to a tile C of 16 x
// 16 sums of 32 bits the product of two tiles of bytes,
//
//   C[q][r] += A[q][0] * B[0][r] + ... + A[q][63] * B[63][r]
//
// where A has 64 signed values of 16 queries, a line for each, as they lie in memory; and B has 64
// unsigned values of 16 rows, a line for each four values: line j holds values 4j to 4j + 3 of row
// 0, then those of row 1, and so on. Rows of nibbles come to that form by transposing a square of
// 16 rows x 16 words of four bytes: the lower halves of such a line are a line of one tile B, the
// upper ones, 64 values further, of the next.
//
// Two tiles A and two tiles B make four products, so that each tile loaded is used twice.

namespace imago {
namespace {

constexpr size_t kLines = 16;
constexpr size_t kTileBytes = 1024;
constexpr size_t kTilesOfGroup = 2;
// Rows unpacked at once, and groups of each, so that they stay in the first cache.
constexpr size_t kRows = 2 * kLines;
constexpr size_t kGroups = 4;
// For fewer queries the unpacking takes longer than their products by VNNI.
constexpr size_t kLeastQueries = 5;

struct Unpacked {
  // [tile of 16 rows, 64 values each, line, byte]
  alignas(64) uint8_t tiles[2][kGroups * kTilesOfGroup][kTileBytes];
};

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_line = 0;
  uint8_t reserved[14] = {};
  uint16_t line_bytes[16] = {};
  uint8_t lines[16] = {};
};

// Tiles 0 to 3 hold sums (of queries 0 to 15 and rows 0 to 15, then rows 16 to 31; of queries 16 to
// 31 and either), 4 and 5 queries, 6 and 7 rows. A tile of nothing must not be used.
constexpr TileConfig ConfigOf(size_t queries, size_t rows) {
  const size_t of_queries[] = {queries < kLines ? queries : kLines,
                               queries < kLines ? 0 : queries - kLines};
  const size_t of_rows[] = {rows < kLines ? rows : kLines, rows < kLines ? 0 : rows - kLines};
  TileConfig config;
  const auto set = [&](size_t tile, size_t lines, size_t line_bytes) {
    if (lines == 0 || line_bytes == 0) return;
    config.lines[tile] = static_cast<uint8_t>(lines);
    config.line_bytes[tile] = static_cast<uint16_t>(line_bytes);
  };
  for (size_t i = 0; i < 2; ++i) {
    for (size_t j = 0; j < 2; ++j) set(2 * i + j, of_queries[i], 4 * of_rows[j]);
    set(4 + i, of_queries[i], 64);
    set(6 + i, kLines, 4 * of_rows[i]);
  }
  return config;
}

// Loading a configuration waits for all products and takes as long as a sixth of those of 64 rows
// and 64 queries; so one that stands from the last call is kept, and tiles are not released.
void Configure(const TileConfig& config) {
  TileConfig current;
  asm volatile("sttilecfg %0" : "=m"(current));
  if (_mm512_cmpneq_epi64_mask(_mm512_load_si512(&current), _mm512_load_si512(&config)) == 0)
    return;
  // g++ 12's intrinsic tells the compiler of 8 of the 64 bytes only.
  asm volatile("ldtilecfg %0" : : "m"(config));
}

void Configure(size_t queries, size_t rows) {
  static constexpr TileConfig kFull = ConfigOf(2 * kLines, 2 * kLines);
  if (queries == 2 * kLines && rows == 2 * kLines) return Configure(kFull);
  Configure(ConfigOf(queries, rows));
}

// Line w of `out` = word w of every row: words 4i to 4i + 3 of four rows side by side in each lane,
// then a transposition of 4 x 4 words within the lanes.
inline __attribute__((always_inline)) void Transpose(const uint8_t* const* rows, size_t byte,
                                                     __m512i* out) {
#pragma GCC unroll 4
  for (size_t i = 0; i < 4; ++i) {
    __m512i four[4];
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; ++j) {
      const auto quarter = [&](size_t lane) {
        return _mm_loadu_si128(
            reinterpret_cast<const __m128i*>(rows[4 * lane + j] + byte + 16 * i));
      };
      __m512i lanes = _mm512_castsi128_si512(quarter(0));
      lanes = _mm512_mask_broadcast_i32x4(lanes, 0x00f0, quarter(1));
      lanes = _mm512_mask_broadcast_i32x4(lanes, 0x0f00, quarter(2));
      four[j] = _mm512_mask_broadcast_i32x4(lanes, 0xf000, quarter(3));
    }
    const __m512i a = _mm512_unpacklo_epi32(four[0], four[1]);
    const __m512i b = _mm512_unpacklo_epi32(four[2], four[3]);
    const __m512i c = _mm512_unpackhi_epi32(four[0], four[1]);
    const __m512i d = _mm512_unpackhi_epi32(four[2], four[3]);
    out[4 * i] = _mm512_unpacklo_epi64(a, b);
    out[4 * i + 1] = _mm512_unpackhi_epi64(a, b);
    out[4 * i + 2] = _mm512_unpacklo_epi64(c, d);
    out[4 * i + 3] = _mm512_unpackhi_epi64(c, d);
  }
}

// Groups [group, group + groups) of 16 rows as tiles B.
void Unpack(const uint8_t* const* rows, size_t group, size_t groups, uint8_t (*tiles)[kTileBytes]) {
  const __m512i mask = _mm512_set1_epi8(15);
  for (size_t g = 0; g < groups; ++g, tiles += kTilesOfGroup) {
    __m512i words[kLines];
    Transpose(rows, (group + g) * kNibbleGroupBytes, words);
#pragma GCC unroll 16
    for (size_t line = 0; line < kLines; ++line) {
      const __m512i low = _mm512_and_si512(words[line], mask);
      const __m512i high = _mm512_and_si512(_mm512_srli_epi16(words[line], 4), mask);
      _mm512_store_si512(tiles[0] + 64 * line, low);
      _mm512_store_si512(tiles[1] + 64 * line, high);
    }
  }
}

// Rows that come next, to be asked of memory while others are multiplied.
struct Ahead {
  const uint8_t* const* rows;
  size_t count;  // of each half of 32 rows
  size_t byte;

  // What tile t will be made of.
  void Prefetch(size_t t) const {
    const uint8_t* const* half = rows + t % kTilesOfGroup * kLines;
    const size_t at = byte + t / kTilesOfGroup * kNibbleGroupBytes;
    for (size_t r = 0; r < count; ++r) _mm_prefetch(half[r] + at, _MM_HINT_T0);
  }
};

// out[q * stride + r] for Q tiles of queries and R of rows: set where `first`, else added to.
template <int Q, int R>
void Multiply(const int8_t* queries, size_t query_bytes, const Unpacked& rows, size_t tiles,
              int32_t* out, size_t stride, bool first, const Ahead& ahead) {
  const int out_bytes = static_cast<int>(stride * sizeof(int32_t));
  int32_t* out2 = out + kLines * stride;
  if (first) {
    _tile_zero(0);
    if constexpr (R == 2) _tile_zero(1);
    if constexpr (Q == 2) _tile_zero(2);
    if constexpr (Q == 2 && R == 2) _tile_zero(3);
  } else {
    asm volatile("" : : : "memory");  // the intrinsics of g++ 12 do not say that they read memory
    _tile_loadd(0, out, out_bytes);
    if constexpr (R == 2) _tile_loadd(1, out + kLines, out_bytes);
    if constexpr (Q == 2) _tile_loadd(2, out2, out_bytes);
    if constexpr (Q == 2 && R == 2) _tile_loadd(3, out2 + kLines, out_bytes);
  }
  asm volatile("" : : : "memory");
  for (size_t t = 0; t < tiles; ++t) {
    const int8_t* values = queries + 64 * t;
    ahead.Prefetch(t);
    _tile_loadd(6, rows.tiles[0][t], 64);
    _tile_loadd(4, values, query_bytes);
    _tile_dpbsud(0, 4, 6);
    if constexpr (R == 2) {
      _tile_loadd(7, rows.tiles[1][t], 64);
      _tile_dpbsud(1, 4, 7);
    }
    if constexpr (Q == 2) {
      _tile_loadd(5, values + kLines * query_bytes, query_bytes);
      _tile_dpbsud(2, 5, 6);
    }
    if constexpr (Q == 2 && R == 2) _tile_dpbsud(3, 5, 7);
  }
  _tile_stored(0, out, out_bytes);
  if constexpr (R == 2) _tile_stored(1, out + kLines, out_bytes);
  if constexpr (Q == 2) _tile_stored(2, out2, out_bytes);
  if constexpr (Q == 2 && R == 2) _tile_stored(3, out2 + kLines, out_bytes);
  asm volatile("" : : : "memory");
}

// All queries against up to 32 rows; out[q * stride + r].
class RowBlock {
 public:
  // 32 rows follow those where `more`.
  RowBlock(const NibbleQueries& queries, const uint8_t* const* rows, size_t count, bool more)
      : queries_(queries), count_(count), next_(rows + kRows), more_(more) {
    // Lines beyond the last row are read but never multiplied.
    for (size_t r = 0; r < kRows; ++r) rows_[r] = rows[r < count ? r : count - 1];
  }

  void Run(int32_t* out, size_t stride) {
    for (size_t group = 0; group < queries_.groups; group += kGroups) {
      const size_t left = queries_.groups - group;
      const size_t groups = left < kGroups ? left : kGroups;
      Unpack(rows_, group, groups, unpacked_.tiles[0]);
      if (count_ > kLines) Unpack(rows_ + kLines, group, groups, unpacked_.tiles[1]);
      for (size_t q = 0; q < queries_.count; q += 2 * kLines) {
        MultiplyQueries(q, group, groups, out + q * stride, stride);
      }
    }
  }

 private:
  void MultiplyQueries(size_t q, size_t group, size_t groups, int32_t* out, size_t stride) {
    const size_t left = queries_.count - q, count = left < 2 * kLines ? left : 2 * kLines;
    if (count != configured_) Configure(count, count_);
    configured_ = count;
    const size_t query_bytes = queries_.groups * kNibbleGroup;
    const int8_t* values = queries_.values + q * query_bytes + group * kNibbleGroup;
    const auto multiply = count > kLines ? (count_ > kLines ? Multiply<2, 2> : Multiply<2, 1>)
                                         : (count_ > kLines ? Multiply<1, 2> : Multiply<1, 1>);
    // Each product asks for its share of the rows.
    const size_t products = (queries_.count + kRows - 1) / kRows;
    const size_t share = kLines / products, from = q / kRows * share;
    const Ahead ahead = {next_ + from, more_ ? share : 0, group * kNibbleGroupBytes};
    multiply(values, query_bytes, unpacked_, groups * kTilesOfGroup, out, stride, group == 0,
             ahead);
  }

  const NibbleQueries& queries_;
  const size_t count_;
  const uint8_t* rows_[kRows];
  const uint8_t* const* next_;
  const bool more_;
  size_t configured_ = 0;
  Unpacked unpacked_;
};

}  // namespace

void NibbleDotsAmx(const NibbleQueries& queries, const uint8_t* const* rows, size_t count,
                   int32_t* out) {
  if (queries.count < kLeastQueries || queries.groups == 0) {
    return NibbleDotsAvx512Vnni(queries, rows, count, out);
  }
  for (size_t r = 0; r < count; r += kRows) {
    const size_t left = count - r;
    RowBlock(queries, rows + r, left < kRows ? left : kRows, left >= 2 * kRows).Run(out + r, count);
  }
}

}  // namespace imago
