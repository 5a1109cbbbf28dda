#include "core/temporary_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

/// The number of a process that has ended.
pid_t ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  int status = 0;
  ::waitpid(child, &status, 0);
  return child;
}

fs::path temporary_of(const fs::path& folder, const std::string& name, pid_t pid) {
  const fs::path path = folder / ("." + name + "." + std::to_string(pid) + ".tmp");
  write_file_atomically(path, "half");
  return path;
}

}  // namespace

TEST_CASE("only files in the making whose process is gone are removed") {
  const TemporaryFolder folder;
  const auto at = [&](const std::string& name, pid_t pid) { return temporary_of(folder.path(), name, pid); };
  const pid_t gone = ended_process();
  const fs::path abandoned = at("last.safetensors", gone), ours = at("curve.h5", ::getpid());
  // Another run of this program that is at work: its parent, which is another program, does not count.
  const pid_t worker = ::fork();
  if (worker == 0) {
    ::pause();
    ::_exit(0);
  }
  const fs::path at_work = at("best.safetensors", worker), of_another_program = at("x.npy", 1);
  const fs::path locked = at("locked.h5", gone);
  const Descriptor lock(::open(locked.c_str(), O_RDONLY));
  REQUIRE(::flock(lock.number(), LOCK_EX | LOCK_NB) == 0);
  for (const char* name : {".tmp", ".12.tmp", "a.h5.12.tmp", ".a.h5.tmp", ".a.h5.x.tmp", ".notes.txt"})
    write_file_atomically(folder.path() / name, "kept");
  const fs::path of_others = at("notes.txt", gone), nested = at("." + ("net.onnx." + std::to_string(gone)) + ".tmp", gone);
  fs::create_symlink(locked, folder.path() / (".link." + std::to_string(gone) + ".tmp"));

  remove_abandoned_files(folder.path());
  CHECK_FALSE(fs::exists(abandoned));
  CHECK_FALSE(fs::exists(nested));
  CHECK(fs::exists(of_others));
  CHECK_FALSE(fs::exists(ours));  // of an earlier process of the same number: this one makes its own anew
  CHECK_FALSE(fs::exists(of_another_program));
  CHECK(fs::exists(at_work));
  CHECK(fs::exists(locked));
  CHECK(fs::is_symlink(folder.path() / (".link." + std::to_string(gone) + ".tmp")));
  for (const char* name : {".tmp", ".12.tmp", "a.h5.12.tmp", ".a.h5.tmp", ".a.h5.x.tmp", ".notes.txt"})
    CHECK(fs::exists(folder.path() / name));
  ::kill(worker, SIGKILL);
  ::waitpid(worker, nullptr, 0);
  remove_abandoned_files(folder.path() / "not there");
}

TEST_CASE("a sudden end removes what is being made, and nothing that is done") {
  const TemporaryFolder folder;
  const auto done = folder.path() / "done", half = folder.path() / "half";
  const pid_t child = ::fork();
  if (child == 0) {
    write_file_atomically(done, "x");
    AtomicFile file(half);
    file.write("y");
    const TemporaryFile elsewhere("model");
    write_file_atomically(elsewhere.path(), "z");
    write_file_atomically(folder.path() / "name", elsewhere.path().string());
    remove_at_sudden_end();  // as a signal handler does
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(read_file(done) == "x");
  const fs::path elsewhere = read_file(folder.path() / "name");
  CHECK_FALSE(fs::exists(elsewhere.parent_path()));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
}
