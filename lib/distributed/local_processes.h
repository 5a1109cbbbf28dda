#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace tnn {

/// How the processes that this one started have ended.
struct LocalOutcome {
  int code = 0;                       ///< 0 where all have; 75 where one was lost; else that of the lowest rank that failed otherwise
  std::vector<std::string> messages;  ///< what no process could say itself: "rank 2 was ended by signal 9 (Killed)"
};

/// Starts this program `count` times with the words it was started with, as the ranks of one group on this machine, and waits for them. A
/// request to stop (core/interruption.h) is passed on to all. Where one is lost, the others have `patience` to notice and end by
/// themselves. They end with this process, whatever happens to it. SystemError where the system starts no process.
LocalOutcome run_local_processes(int count, std::chrono::seconds patience);

}  // namespace tnn
