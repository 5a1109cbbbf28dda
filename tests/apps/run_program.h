#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "temporary_folder.h"

extern char** environ;

/// How a program ended and what it wrote.
struct Outcome {
  int code = 0;
  std::string out, err;
};

/// Starts a command of the shell.
inline pid_t start_command(const std::string& command, const std::filesystem::path& out, const std::filesystem::path& err) {
  const std::string line = command + " >'" + out.string() + "' 2>'" + err.string() + "'";
  const char* argv[] = {"sh", "-c", line.c_str(), nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, "/bin/sh", nullptr, nullptr, const_cast<char**>(argv), environ) == 0);
  return child;
}

/// Starts `tnn`, so that signals reach it and not a shell.
inline pid_t start(const std::string& arguments, const std::filesystem::path& out, const std::filesystem::path& err) {
  return start_command("exec " TNN_PROGRAM " " + arguments, out, err);
}

inline int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline Outcome run_command(const std::string& command) {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out", err = folder.path() / "err";
  const int code = wait_for(start_command(command, out, err));
  return {code, tnn::read_file(out), tnn::read_file(err)};
}

inline Outcome tnn_run(const std::string& arguments) { return run_command("exec " TNN_PROGRAM " " + arguments); }
