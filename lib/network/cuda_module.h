#pragma once

#include <string>

namespace tnn {

/// Loads the GPU module libtnn_cuda.so, and with it LibTorch's GPU part. To be called first thing in main: once LibTorch has been asked about
/// GPUs without it, the answer stays "none". False where the module is not there or does not load; cuda_module_message() says why.
bool load_cuda_module();
std::string cuda_module_message();

}  // namespace tnn
