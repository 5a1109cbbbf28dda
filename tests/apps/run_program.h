#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

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

/// Runs `tnn` where nobody reads what it prints any more: the other end of its pipe is closed.
inline int tnn_run_unread(const std::vector<std::string>& arguments, const std::filesystem::path& err) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<char*> words{const_cast<char*>(TNN_PROGRAM)};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, TNN_PROGRAM, &actions, nullptr, words.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  return wait_for(child);
}
