#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tnn {

/// The processor's name as the system gives it: "AMD EPYC 9R14", or the numbers of its maker and design; "unknown processor" where it does
/// not.
std::string processor_name();

/// Threads that this process may run at a time: the processors of its affinity mask (taskset, Slurm, --cpuset-cpus), at most what its
/// control groups allow (docker --cpus); at least 1.
int available_processors();

/// `asked` threads, or available_processors() where that is 0: what every setting of threads means.
int threads_or_available(int asked);

/// The processors, rounded up, that the quotas of a process's control groups come to, of version 2 and 1; empty where there is none.
/// `root` stands for "/" (tests).
std::optional<int> control_group_processors(const std::filesystem::path& root = "/");

/// How many threads, the caller's counted, can run at a time beside what runs already: `wanted`, or fewer where the system starts no more
/// (ulimit -u, a container's limit of processes). Starts them and ends them again.
int startable_threads(int wanted);

}  // namespace tnn
