// The kernels in NEON, which every aarch64 processor has.
#if defined(__aarch64__)
#define TNN_KERNEL_SET "neon"
#define TNN_KERNEL_CONSTANT kNeonKernels
#define TNN_LANES 4
#include "runtime/kernels/kernels.inc"
#endif
