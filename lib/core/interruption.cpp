#include "core/interruption.h"

#include <atomic>

namespace tnn {
namespace {
std::atomic<int> requested_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);
}  // namespace

void request_interruption(int signal_number) { requested_signal.store(signal_number); }
void clear_interruption() { requested_signal.store(0); }
int interruption_signal() { return requested_signal.load(); }

}  // namespace tnn
