// The kernels in AVX-512; cmake/kernels.cmake gives this file its compiler flags.
#if defined(__AVX512F__)
#define TNN_KERNEL_SET "avx512"
#define TNN_KERNEL_CONSTANT kAvx512Kernels
#define TNN_LANES 16
#include "runtime/kernels/kernels.inc"
#endif
