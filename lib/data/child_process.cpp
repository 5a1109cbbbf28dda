#include "data/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace tnn {
namespace {

constexpr int kThrew = 3, kCrashed = 4;  ///< how the child ends

/// Bytes of this process's memory, mapped or not in use.
uint64_t memory_size() {
  std::ifstream status("/proc/self/statm");
  uint64_t pages = 0;
  status >> pages;
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource resource, uint64_t value) {
  rlimit both{};
  if (::getrlimit(resource, &both) != 0) return;
  if (both.rlim_max == RLIM_INFINITY || value < both.rlim_max) both.rlim_cur = value;
  ::setrlimit(resource, &both);
}

/// Says why; what does not fit into the pipe is left out.
[[noreturn]] void end_with(int pipe, const char* reason) {
  const size_t length = std::min<size_t>(std::strlen(reason), 4000);
  const ssize_t written = ::write(pipe, reason, length);
  ::_exit(written == static_cast<ssize_t>(length) ? kThrew : kCrashed);
}

[[noreturn]] void run_in_child(const std::function<void()>& work, const TrialLimits& limits, uint64_t memory, int pipe) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<uint64_t>(limits.cpu_seconds));
  limit(RLIMIT_AS, memory + limits.more_memory);
  try {
    work();
  } catch (const std::exception& error) {
    end_with(pipe, error.what());
  } catch (...) {
    ::_exit(kCrashed);
  }
  ::_exit(0);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[512];
  for (;;) {
    const ssize_t count = ::read(pipe, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw SystemError(fmt::format("cannot wait for a process: {}", std::strerror(errno)));
  return status;
}

}  // namespace

TrialResult trial_in_child_process(const std::function<void()>& work, const TrialLimits& limits) {
  const uint64_t memory = memory_size();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw SystemError(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  const pid_t child = ::fork();
  if (child == 0) run_in_child(work, limits, memory, ends[1]);
  const int failure = errno;
  ::close(ends[1]);
  const std::string text = child < 0 ? "" : read_all(ends[0]);
  ::close(ends[0]);
  if (child < 0) throw SystemError(fmt::format("cannot start a process: {}", std::strerror(failure)));
  const int status = wait_for(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kThrew) return {text, ""};
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) return {"", fmt::format("no end within {} s", limits.cpu_seconds)};
  return {"", WIFSIGNALED(status) ? fmt::format("a crash ({})", ::strsignal(WTERMSIG(status))) : "a crash"};
}

}  // namespace tnn
