#include "distributed/own_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/read_file.h"

extern char** environ;

namespace tnn {
namespace {

/// This process's environment with other values of some variables, and without those of an elastic agent.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& changed) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry, name = text.substr(0, text.find('='));
    if (!changed.count(name) && name.rfind("TORCHELASTIC_", 0) != 0) all.push_back(text);
  }
  for (const auto& [name, value] : changed) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::vector<std::string> own_words() {
  const std::string text = read_file("/proc/self/cmdline");
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\0', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

pid_t start_own_program(std::vector<std::string> words, const std::map<std::string, std::string>& changed,
                        const std::filesystem::path& output) {
  std::vector<std::string> environment = environment_with(changed);
  // All memory is taken before the fork: between it and the new program another thread's locks may be held.
  const std::vector<char*> arguments = pointers_to(words), variables = pointers_to(environment);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0) throw SystemError(fmt::format("'{}' cannot be started again: {}", words.front(), std::strerror(errno)));
  if (child > 0) return child;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (!output.empty()) {
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
  }
  if (::getppid() == parent) ::execve("/proc/self/exe", arguments.data(), variables.data());
  ::_exit(127);
}

}  // namespace tnn
