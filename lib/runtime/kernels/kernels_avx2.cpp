// The kernels in AVX2 and FMA; cmake/kernels.cmake gives this file its compiler flags.
#if defined(__AVX2__)
#define TNN_KERNEL_SET "avx2"
#define TNN_KERNEL_CONSTANT kAvx2Kernels
#define TNN_LANES 8
#include "runtime/kernels/kernels.inc"
#endif
