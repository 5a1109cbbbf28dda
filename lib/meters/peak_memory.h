#pragma once

#include <cstdint>
#include <optional>

namespace tnn {

/// Lets the peak of this process's memory begin anew, where the kernel can.
void reset_peak_memory();
/// The largest resident memory, in bytes, since then (else since the process began).
std::optional<int64_t> peak_memory_bytes();

}  // namespace tnn
