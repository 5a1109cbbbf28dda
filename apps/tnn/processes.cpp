#include "processes.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "core/error.h"
#include "core/interruption.h"
#include "distributed/local_processes.h"
#include "gentle_stop.h"
#include "tell.h"

namespace tnn::app {
namespace {

constexpr std::chrono::seconds kBeyondTimeout{30};  ///< for the checkpoint of those that are left

int start_here(int processes, double timeout_seconds) {
  stop_gently_on_signals();
  const LocalOutcome outcome = run_local_processes(processes, std::chrono::seconds(static_cast<int64_t>(timeout_seconds)) + kBeyondTimeout);
  for (const std::string& message : outcome.messages) tell("tnn: " + message + "\n");
  return outcome.code;
}

/// Of a rank other than 0: what rank 0 tells, too, is told once.
int run_quietly(const SharedGroup& group, const std::function<int(const SharedGroup&)>& work) {
  try {
    return work(group);
  } catch (const PeerFailed& failed) {
    return static_cast<int>(failed.code());
  } catch (const PeerLost& lost) {
    tell(fmt::format("tnn: {}\n", user_message(lost)));
    return static_cast<int>(lost.code());
  } catch (const Error& error) {
    const bool told = error.code() == ExitCode::diverged || interruption_signal() != 0;
    if (!told) tell(fmt::format("tnn: rank {}: {}\n", group->rank(), user_message(error)));
    return static_cast<int>(error.code());
  }
}

}  // namespace

void add_processes(CLI::App& command, int& processes) {
  command
      .add_option("--processes", processes,
                  "Processes on this machine that share every batch, started and watched by this one; under torchrun, srun or mpirun not "
                  "needed (1: each is alone)")
      ->check(CLI::Range(1, 1024));
}

int run_in_group(int processes, const Settings& settings, const std::function<int(const SharedGroup& group)>& work) {
  if (processes == 1) return work(nullptr);
  const Rendezvous rendezvous = find_rendezvous([](const char* name) { return std::getenv(name); });
  const bool started_here = !rendezvous.file.empty();
  if (processes > 1 && !started_here) {
    if (!rendezvous.is_alone())
      throw UsageError(fmt::format("--processes {}: {} has started {} processes already (allowed: 1, or leave it out)", processes,
                                   rendezvous.launcher, rendezvous.size));
    return start_here(processes, settings.run.timeout_seconds);
  }
  if (rendezvous.is_alone()) return work(nullptr);
  stop_gently_on_signals();
  const auto timeout = std::chrono::milliseconds(static_cast<int64_t>(1e3 * settings.run.timeout_seconds));
  const auto group = std::make_shared<const ProcessGroup>(rendezvous, timeout);
  if (!group->is_writer()) return run_quietly(group, work);
  try {
    return work(group);
  } catch (const PeerFailed& failed) {
    return static_cast<int>(failed.code());  // the one that failed tells
  }
}

}  // namespace tnn::app
