// The kernels in what any processor of the target has (SSE2 on x86-64): what is left where nothing better is known.
#define TNN_KERNEL_SET "scalar"
#define TNN_KERNEL_CONSTANT kScalarKernels
#define TNN_LANES 4
#include "runtime/kernels/kernels.inc"
