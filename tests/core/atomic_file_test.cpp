#include "core/atomic_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>

#include "catch_compat.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

/// For as long as it lives no file of this process may be longer: what a full disk does.
class LargestFile {
 public:
  explicit LargestFile(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~LargestFile() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  LargestFile(const LargestFile&) = delete;
  LargestFile& operator=(const LargestFile&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("an atomic file that is not committed leaves the previous one and nothing else") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model";
  write_file_atomically(path, "first");
  {
    AtomicFile file(path);
    file.write("half of the sec");
  }
  CHECK(read_file(path) == "first");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  write_file_atomically(path, "second");
  CHECK(read_file(path) == "second");
}

TEST_CASE("a file that cannot grow is an error that names it, and the previous file stays alone") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model";
  write_file_atomically(path, "kept");
  const LargestFile limit(1 << 10);
  CHECK_THROWS_WITH(write_file_atomically(path, std::string(1 << 16, 'a')), ContainsSubstring("model'"));
  CHECK_THROWS_AS(replace_file_atomically(path, [](const auto& name) { write_file_atomically(name, std::string(1 << 16, 'a')); }),
                  SystemError);
  CHECK(read_file(path) == "kept");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a link that lies where a file in the making goes is not followed") {
  const TemporaryFolder folder;
  const auto victim = folder.path() / "victim", path = folder.path() / "x";
  write_file_atomically(victim, "untouched");
  std::filesystem::create_symlink("victim", temporary_name(path));
  write_file_atomically(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(read_file(victim) == "untouched");
}

TEST_CASE("a file may have the longest name there is") {
  const TemporaryFolder folder;
  const auto path = folder.path() / std::string(255, 'n');
  write_file_atomically(path, "x");
  CHECK(read_file(path) == "x");
}

TEST_CASE("reading a folder or a missing file is a data error with the path") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_file(folder.path()), DataError);
  CHECK_THROWS_WITH(read_file(folder.path() / "absent"), ContainsSubstring("absent"));
  write_file_atomically(folder.path() / "empty", "");
  CHECK(read_file(folder.path() / "empty").empty());
}

TEST_CASE("reading waits for no FIFO and takes no device, but a pipe of the process to its end") {
  const TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_file(fifo), ContainsSubstring("fifo") && ContainsSubstring("a FIFO"));
  CHECK_THROWS_WITH(read_file("/dev/zero"), ContainsSubstring("a character device"));
  CHECK(read_file("/proc/self/cmdline").size() > 1);  // says that it has 0 bytes
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Descriptor out(ends[0]);
  {
    const Descriptor in(ends[1]);
    REQUIRE(::write(in.number(), "piped", 5) == 5);
  }
  CHECK(read_file("/dev/fd/" + std::to_string(out.number())) == "piped");
}
