#pragma once

namespace tnn {

/// A request to stop from outside (SIGTERM, SIGINT): set by a signal handler, polled by long jobs, which then save and leave.
void request_interruption(int signal_number);  ///< async-signal-safe
void clear_interruption();
/// 0: none; else the signal's number.
int interruption_signal();

}  // namespace tnn
