#include "gentle_stop.h"

#include <csignal>

#include "core/interruption.h"

namespace tnn::app {
namespace {

void stop_gently(int signal_number) {
  if (interruption_signal() != 0) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
  }
  request_interruption(signal_number);
}

}  // namespace

void stop_gently_on_signals() {
  std::signal(SIGTERM, stop_gently);
  std::signal(SIGINT, stop_gently);
}

}  // namespace tnn::app
