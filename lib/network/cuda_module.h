#pragma once

#include <cstdint>
#include <string>

namespace tnn {

/// Loads the GPU module libtnn_cuda.so, and with it LibTorch's GPU part. To be called first thing in main: once LibTorch has been asked
/// about GPUs without it, the answer stays "none". False where the module is not there or does not load; cuda_module_message() says why.
/// Only the first call does something. Looked for: the file that the environment variable TNN_CUDA_MODULE names ("" or "none": no module),
/// else libtnn_cuda.so beside the program, else in ../lib from there.
bool load_cuda_module();

/// "loaded from FILE", or why there is no module.
std::string cuda_module_message();

/// GPUs that this process may use; 0 without the module, without a driver, and where CUDA_VISIBLE_DEVICES hides them.
int cuda_device_count();
/// Why cuda_device_count() is 0 although the module is loaded, in the CUDA run time's words.
std::string cuda_device_fault();
/// Of GPU `index`, which must be below cuda_device_count().
std::string cuda_device_name(int index);
int64_t cuda_device_memory_bytes(int index);

}  // namespace tnn
