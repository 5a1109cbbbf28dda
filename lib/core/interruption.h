#pragma once

#include "core/error.h"

namespace tnn {

/// A request to stop from outside (SIGTERM, SIGINT): set by a signal handler, polled by long jobs, which then save and leave.
void request_interruption(int signal_number);  ///< async-signal-safe
void clear_interruption();
/// 0: none; else the signal's number.
int interruption_signal();

/// A long job left at a request to stop: exit code 75 for SIGTERM, else 130.
struct Interrupted : Error {
  explicit Interrupted(const std::string& message);
};
/// Throws Interrupted where a stop is requested: for jobs that have nothing to save.
void stop_if_interrupted();

}  // namespace tnn
