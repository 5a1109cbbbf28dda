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

Interrupted::Interrupted(const std::string& message)
    : Error(interruption_signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted, message) {}

void stop_if_interrupted() {
  if (interruption_signal() != 0) throw Interrupted("stopped by signal " + std::to_string(interruption_signal()));
}

}  // namespace tnn
