#include "runtime/kernels/kernel_set.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/error.h"

namespace tnn::kernels {

#if defined(__x86_64__)
extern const KernelSet kAvx512Kernels, kAvx2Kernels;
extern const Bf16KernelSet kAvx512Bf16Kernels;
#elif defined(__aarch64__)
extern const KernelSet kNeonKernels;
#endif
extern const KernelSet kScalarKernels;

namespace {

std::vector<const KernelSet*> find_available() {
  std::vector<const KernelSet*> sets;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (avx512) sets.push_back(&kAvx512Kernels);
  if (avx2) sets.push_back(&kAvx2Kernels);
#elif defined(__aarch64__)
  sets.push_back(&kNeonKernels);
#endif
  sets.push_back(&kScalarKernels);
  return sets;
}

/// AMD's family 19h: Zen 3 and Zen 4, of which only Zen 4 has AVX-512.
bool is_amd_family_19h() {
#if defined(__x86_64__)
  constexpr unsigned kAuth = 0x68747541, kFamily19h = 0x19;
  unsigned a = 0, vendor = 0, c = 0, d = 0;
  if (__get_cpuid(0, &a, &vendor, &c, &d) == 0 || vendor != kAuth) return false;
  unsigned b = 0, signature = 0;
  if (__get_cpuid(1, &signature, &b, &c, &d) == 0) return false;
  return ((signature >> 8) & 0xF) + ((signature >> 20) & 0xFF) == kFamily19h;
#else
  return false;
#endif
}

/// Asking the processor takes microseconds on a virtual machine.
const Bf16KernelSet* find_bf16_kernel_set() {
#if defined(__x86_64__)
  constexpr unsigned kAvx512Bf16 = 1U << 5;  // leaf 7, subleaf 1, EAX
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool has = __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kAvx512Bf16) != 0;
  if (has && available_kernel_sets().front() == &kAvx512Kernels) return &kAvx512Bf16Kernels;
#endif
  return nullptr;
}

}  // namespace

const std::vector<const KernelSet*>& available_kernel_sets() {
  static const std::vector<const KernelSet*> sets = find_available();
  return sets;
}

const KernelSet& best_kernel_set() { return *available_kernel_sets().front(); }

const KernelSet& kernel_set(const std::string& name) {
  std::vector<std::string> names;
  for (const KernelSet* set : available_kernel_sets()) {
    if (set->name == name) return *set;
    names.emplace_back(set->name);
  }
  throw UsageError(unknown_name_message("instruction set", name, names));
}

const Bf16KernelSet* bf16_kernel_set() {
  static const Bf16KernelSet* const set = find_bf16_kernel_set();
  return set;
}

double fmas_per_cycle(const KernelSet& set) {
  static const bool halves = is_amd_family_19h();
  return set.lanes == 16 && halves ? 1 : 2;
}

}  // namespace tnn::kernels
