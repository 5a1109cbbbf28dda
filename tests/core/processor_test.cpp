#include "core/processor.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// A file system with what the kernel says of control groups.
class System {
 public:
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_.path() / path).parent_path());
    write_file_atomically(folder_.path() / path, text);
  }
  std::optional<int> processors() const { return control_group_processors(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the least quota of a process's groups counts, of version 2 and of version 1") {
  System second;
  CHECK(second.processors() == std::nullopt);
  second.write("proc/self/cgroup", "0::/user.slice/job\n");
  second.write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
  CHECK(second.processors() == std::nullopt);
  second.write("sys/fs/cgroup/user.slice/job/cpu.max", "max 100000\n");
  CHECK(second.processors() == std::nullopt);
  second.write("sys/fs/cgroup/user.slice/cpu.max", "350000 100000\n");
  CHECK(second.processors() == 4);
  second.write("sys/fs/cgroup/user.slice/job/cpu.max", "200000 100000\n");
  CHECK(second.processors() == 2);
  second.write("sys/fs/cgroup/cpu.max", "10000 100000\n");
  CHECK(second.processors() == 1);

  System first;
  first.write("proc/self/cgroup", "4:memory:/x\n3:cpu,cpuacct:/docker/abc\n");
  first.write("proc/self/mountinfo",
              "33 32 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
              "34 32 0:30 /x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  first.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  first.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  CHECK(first.processors() == std::nullopt);
  first.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
  CHECK(first.processors() == 3);
}

TEST_CASE("0 threads mean the processors of the affinity mask") {
  cpu_set_t before, one;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  CPU_ZERO(&one);
  int allowed = 0;
  while (!CPU_ISSET(allowed, &before)) ++allowed;
  CPU_SET(allowed, &one);
  CHECK(available_processors() <= CPU_COUNT(&before));
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(available_processors() == 1);
  CHECK(threads_or_available(0) == 1);
  CHECK(threads_or_available(7) == 7);
  REQUIRE(::sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(available_processors() >= 1);
}

TEST_CASE("where the system starts no more threads, those are counted that it does start") {
  CHECK(startable_threads(1) == 1);
  CHECK(startable_threads(5) == 5);
  if (::getuid() != 0) TNN_SKIP("only root can become a user with no process of its own");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit three{3, 3};  // processes and threads of that user
    const bool lowered = ::setrlimit(RLIMIT_NPROC, &three) == 0 && ::setgid(54321) == 0 && ::setuid(54321) == 0;
    ::_exit(lowered ? startable_threads(8) : 100);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 3);
}
