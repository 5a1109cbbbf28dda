#pragma once

namespace tnn {

/// Sets the threads that LibTorch computes with; returns how many: fewer than `wanted` where the system starts no more of them.
int set_torch_threads(int wanted);

}  // namespace tnn
