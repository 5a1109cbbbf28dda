#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace tnn {

/// How a command ends; the process exit codes of every subcommand.
enum class ExitCode : int {
  done = 0,
  usage = 2,         ///< command line or recipe
  data = 3,          ///< a data set or a model file is missing or damaged
  diverged = 4,      ///< the loss became NaN or infinite
  failed = 1,        ///< anything else that ends a command: disk full, no permission
  terminated = 75,   ///< SIGTERM, SIGHUP or SIGUSR1, in a training after a checkpoint was written: try again (EX_TEMPFAIL)
  interrupted = 130  ///< SIGINT, likewise
};

/// What ends a command: says what is wrong, where, and what is allowed. Programmers' errors are asserts, not this.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// A mistake in a recipe, an argument or a graph declaration (exit code 2).
struct UsageError : Error {
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// Missing or damaged input: a data set, a model, a checkpoint (exit code 3).
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// The operating system refused: disk full, permission, no such folder (exit code 1).
struct SystemError : Error {
  explicit SystemError(const std::string& message) : Error(ExitCode::failed, message) {}
};

/// Whoever reads what is written to a pipe has gone.
struct ClosedPipe : SystemError {
  explicit ClosedPipe(const std::string& message) : SystemError(message) {}
};

/// What an exception says to a user. Where memory ran out, whoever noticed (the allocator, LibTorch, CUDA, a container that is asked for
/// more than can be), "out of memory: " with how much was asked for, where that is known; of LibTorch's errors what is before their list of
/// stack frames.
std::string user_message(const std::exception& error);

/// The name of `candidates` nearest to `name` by edit distance, or "" where none is within about a third of its length.
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

/// "unknown <kind> 'name'; did you mean 'nearest'? (allowed: a, b, c)".
std::string unknown_name_message(const std::string& kind, const std::string& name, const std::vector<std::string>& allowed);

}  // namespace tnn
