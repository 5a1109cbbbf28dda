#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tnn {

/// The words that this process was started with, its name first.
std::vector<std::string> own_words();

/// Starts this program with other words, in a process group of its own, so that a terminal's signals come by this process alone, once. It
/// is sent SIGTERM where this process ends before it. `changed`: variables of its environment. `output`: the file to which what it prints
/// is appended; empty: where this process prints. SystemError where the system starts no process.
pid_t start_own_program(std::vector<std::string> words, const std::map<std::string, std::string>& changed,
                        const std::filesystem::path& output = {});

}  // namespace tnn
