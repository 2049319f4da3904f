#include "kernels/kernels.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdlib>

#include "kernels/tables.h"

namespace imago {
namespace {

bool CpuHasAvx2() {
  __builtin_cpu_init();
  // Every CPU with AVX2 has F16C, which not every compiler lets us ask for.
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool CpuHasAvx512() {
  return CpuHasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool CpuHasAvxVnni() {
  // Leaf 7.1, EAX bit 4; g++ 12 and clang 16 do not both know its name.
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return CpuHasAvx2() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 16) != 0;
}

bool CpuHasAvx512Vnni() { return CpuHasAvx512() && __builtin_cpu_supports("avx512vnni"); }

bool CpuHasAmx() {
  // Leaf 7, EDX bits 24 (tiles) and 25 (bytes).
  constexpr unsigned kTilesOfBytes = 3u << 24;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  static const bool has = CpuHasAvx512Vnni() &&
                          __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
                          (edx & kTilesOfBytes) == kTilesOfBytes && MayUseTiles();
  return has;
}

const Kernels& AvxVnniKernels() {
  static const Kernels table = [] {
    Kernels made = Avx2Kernels();
    made.name = "avxvnni";
    made.nibble_dots = NibbleDotsAvxVnni;
    return made;
  }();
  return table;
}

const Kernels& Avx512VnniKernels() {
  static const Kernels table = [] {
    Kernels made = Avx512Kernels();
    made.name = "avx512vnni";
    made.nibble_dots = NibbleDotsAvx512Vnni;
    made.crumb_dots = CrumbDotsAvx512Vnni;
    return made;
  }();
  return table;
}

const Kernels& AmxKernels() {
  static const Kernels table = [] {
    Kernels made = Avx512VnniKernels();
    made.name = "amx";
    made.nibble_dots = NibbleDotsAmx;
    return made;
  }();
  return table;
}

const Kernels* FindKernels(std::string_view name) {
  for (const Kernels* table : AvailableKernels()) {
    if (name == table->name) return table;
  }
  return nullptr;
}

const Kernels* FirstChoice() {
  const char* wanted = std::getenv("IMAGO_KERNELS");
  const Kernels* table = wanted == nullptr ? nullptr : FindKernels(wanted);
  return table != nullptr ? table : AvailableKernels().back();
}

std::atomic<const Kernels*>& Active() {
  static std::atomic<const Kernels*> active{FirstChoice()};
  return active;
}

}  // namespace

bool MayUseTiles() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

std::vector<const Kernels*> AvailableKernels() {
  std::vector<const Kernels*> tables = {&ScalarKernels()};
  if (CpuHasAvx2()) tables.push_back(&Avx2Kernels());
  if (CpuHasAvxVnni()) tables.push_back(&AvxVnniKernels());
  if (CpuHasAvx512()) tables.push_back(&Avx512Kernels());
  if (CpuHasAvx512Vnni()) tables.push_back(&Avx512VnniKernels());
  if (CpuHasAmx()) tables.push_back(&AmxKernels());
  return tables;
}

const Kernels& ActiveKernels() { return *Active().load(std::memory_order_relaxed); }

bool SetKernels(std::string_view name) {
  const Kernels* table = FindKernels(name);
  if (table == nullptr) return false;
  Active().store(table, std::memory_order_relaxed);
  return true;
}

size_t NormalizeRows(Matrix& matrix) {
  size_t unchanged = 0;
  for (size_t r = 0; r < matrix.rows(); ++r) {
    float* row = matrix.row(r);
    double sum = 0;  // cannot overflow: squares of floats stay below 1e77
    for (size_t i = 0; i < matrix.cols(); ++i) sum += double{row[i]} * row[i];
    if (sum == 0 || !std::isfinite(sum)) {
      ++unchanged;
      continue;
    }
    const double scale = 1 / std::sqrt(sum);
    for (size_t i = 0; i < matrix.cols(); ++i) row[i] = static_cast<float>(row[i] * scale);
  }
  return unchanged;
}

HalfMatrix ToHalf(MatrixView matrix) {
  HalfMatrix out(matrix.rows(), matrix.cols());
  ActiveKernels().to_f16(matrix.data(), out.data(), matrix.rows() * matrix.cols());
  return out;
}

Matrix ToFloat(HalfMatrixView matrix) {
  Matrix out(matrix.rows(), matrix.cols());
  ActiveKernels().to_f32(matrix.data(), out.data(), matrix.rows() * matrix.cols());
  return out;
}

}  // namespace imago
