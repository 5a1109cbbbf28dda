#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tnn {

/// What a trial may take.
struct TrialLimits {
  int cpu_seconds = 60;
  uint64_t more_memory = uint64_t{1} << 31;  ///< bytes beyond those of this process
};

/// How a trial ended; both are "" where it was a success.
struct TrialResult {
  std::string error;  ///< what() of the exception that `work` threw
  std::string crash;  ///< what happened instead of an end: "a crash (Segmentation fault)"
};

/// Calls `work` in a copy of this process and waits for it: what crashes, hangs or takes all memory there does no harm here. SystemError
/// where the system starts no process. `work` uses nothing that another thread may hold locked.
TrialResult trial_in_child_process(const std::function<void()>& work, const TrialLimits& limits);

}  // namespace tnn
