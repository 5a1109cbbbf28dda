#pragma once

/// Marks a function that is compiled for the GPU too. To a C++ compiler it is an ordinary inline function: the tests run the very code of
/// the kernels on the CPU, element by element.
#ifdef __CUDACC__
#define TNN_DEVICE_CODE __host__ __device__ inline
#else
#define TNN_DEVICE_CODE inline
#endif
