#include "distributed/local_processes.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <thread>

#include "core/error.h"
#include "core/interruption.h"
#include "distributed/own_program.h"
#include "distributed/rendezvous.h"

namespace tnn {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::seconds kGrace{10};

/// A folder for the store's file, removed with the object.
class StoreFolder {
 public:
  StoreFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tnn-processes-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw SystemError(fmt::format("'{}': {}", pattern, std::strerror(errno)));
    path_ = pattern;
  }
  ~StoreFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;
  std::filesystem::path file() const { return path_ / "store"; }

 private:
  std::filesystem::path path_;
};

/// A rank of as many processes, with the words that this one was started with.
pid_t start_rank(int rank, int count, const std::filesystem::path& store) {
  const std::string number = std::to_string(rank), size = std::to_string(count);
  return start_own_program(
      own_words(),
      {{"RANK", number}, {"LOCAL_RANK", number}, {"WORLD_SIZE", size}, {"LOCAL_WORLD_SIZE", size}, {kRendezvousFile, store.string()}});
}

/// The processes that still run, by their ids.
using Running = std::map<pid_t, int>;

void signal_all(const Running& running, int number) {
  for (const auto& [process, rank] : running) ::kill(process, number);
}

/// Takes note of how a rank ended.
void note_end(int rank, int status, LocalOutcome& outcome, int& worst_rank) {
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : static_cast<int>(ExitCode::terminated);
  if (WIFSIGNALED(status))
    outcome.messages.push_back(fmt::format("rank {} was ended by signal {} ({})", rank, WTERMSIG(status), ::strsignal(WTERMSIG(status))));
  const int again = static_cast<int>(ExitCode::terminated);
  if (code == 0 || (code == again && outcome.code != 0)) return;
  // What tells why comes before "try again".
  if (outcome.code == 0 || outcome.code == again || rank < worst_rank) outcome.code = code, worst_rank = rank;
}

}  // namespace

LocalOutcome run_local_processes(int count, std::chrono::seconds patience) {
  const StoreFolder store;
  Running running;
  for (int rank = 0; rank < count; ++rank) running[start_rank(rank, count, store.file())] = rank;
  LocalOutcome outcome;
  int worst_rank = count, passed_on = 0;
  Clock::time_point end = Clock::time_point::max();
  bool asked = false;
  while (!running.empty()) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (const auto found = running.find(ended); found != running.end()) {
      note_end(found->second, status, outcome, worst_rank);
      running.erase(found);
      if (outcome.code != 0 && end == Clock::time_point::max()) end = Clock::now() + patience;
      continue;
    }
    if (const int signal = interruption_signal(); signal != 0 && passed_on == 0) signal_all(running, passed_on = signal);
    if (Clock::now() > end) {
      signal_all(running, asked ? SIGKILL : SIGTERM);
      asked = true;
      end = Clock::now() + kGrace;
    }
    std::this_thread::sleep_for(kLook);
  }
  return outcome;
}

}  // namespace tnn
