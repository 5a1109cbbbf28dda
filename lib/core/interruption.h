#pragma once

#include <string>

#include "core/error.h"

namespace tnn {

/// A request to stop from outside (SIGTERM, SIGINT, SIGHUP, SIGUSR1): set by a signal handler, polled by long jobs, which then save and
/// leave.
void request_interruption(int signal_number);  ///< async-signal-safe
void clear_interruption();
/// 0: none; else the signal's number.
int interruption_signal();
/// "SIGTERM"; "signal 12" where it is none of those above.
std::string signal_name(int signal_number);

/// A long job left at a request to stop: exit code 130 for SIGINT, else 75.
struct Interrupted : Error {
  explicit Interrupted(const std::string& message);
};
/// Throws Interrupted where a stop is requested: for jobs that have nothing to save.
void stop_if_interrupted();

}  // namespace tnn
