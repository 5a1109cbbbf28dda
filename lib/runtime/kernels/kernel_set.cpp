#include "runtime/kernels/kernel_set.h"

#include "core/error.h"

namespace tnn::kernels {

#if defined(__x86_64__)
extern const KernelSet kAvx512Kernels, kAvx2Kernels;
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

}  // namespace tnn::kernels
