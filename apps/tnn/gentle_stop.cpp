#include "gentle_stop.h"

#include <signal.h>

#include <atomic>

#include "core/interruption.h"
#include "core/temporary_files.h"

namespace tnn::app {
namespace {

std::atomic<bool> insisted{false};

void stop_gently(int signal_number) {
  const bool insists = signal_number == SIGTERM || signal_number == SIGINT;
  if (insists && insisted.exchange(true)) {
    remove_at_sudden_end();
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
  }
  if (interruption_signal() == 0) request_interruption(signal_number);
}

}  // namespace

void stop_gently_on_signals() {
  for (const int signal_number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
    struct sigaction before {};
    if (::sigaction(signal_number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = stop_gently;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal_number, &action, nullptr);
  }
}

}  // namespace tnn::app
