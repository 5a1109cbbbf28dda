#include "network/cuda_module.h"

namespace tnn {

bool load_cuda_module() { return false; }
std::string cuda_module_message() { return "not built"; }

}  // namespace tnn
