#include "core/interruption.h"

#include <atomic>
#include <csignal>

namespace tnn {
namespace {
std::atomic<int> requested_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);
}  // namespace

void request_interruption(int signal_number) { requested_signal.store(signal_number); }
void clear_interruption() { requested_signal.store(0); }
int interruption_signal() { return requested_signal.load(); }

std::string signal_name(int signal_number) {
  switch (signal_number) {
    case SIGTERM:
      return "SIGTERM";
    case SIGINT:
      return "SIGINT";
    case SIGHUP:
      return "SIGHUP";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "signal " + std::to_string(signal_number);
  }
}

Interrupted::Interrupted(const std::string& message)
    : Error(interruption_signal() == SIGINT ? ExitCode::interrupted : ExitCode::terminated, message) {}

void stop_if_interrupted() {
  if (interruption_signal() != 0) throw Interrupted("stopped by " + signal_name(interruption_signal()));
}

}  // namespace tnn
