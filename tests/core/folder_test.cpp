#include "core/folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

TEST_CASE("a folder that cannot be made is told beforehand, in the same words, and nothing is made") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "file";
  write_file_atomically(file, "x");
  for (const fs::path& impossible : {file, file / "in", fs::path("/proc/nowhere/run")}) {
    INFO(impossible);
    std::string checked, tried;
    try {
      check_folder_can_be_written(impossible);
    } catch (const SystemError& error) {
      checked = error.what();
    }
    try {
      create_folder(impossible);
    } catch (const SystemError& error) {
      tried = error.what();
    }
    CHECK_THAT(checked, ContainsSubstring(impossible.string()));
    CHECK(checked == tried);
  }
  for (const fs::path& possible : {folder.path(), folder.path() / "a/b/c", folder.path() / "a/", fs::path("."), fs::path("here")})
    check_folder_can_be_written(possible);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  CHECK_FALSE(fs::exists("here"));
}

TEST_CASE("a folder without permission to write is told beforehand") {
  const TemporaryFolder folder;
  const auto closed = folder.path() / "closed";
  fs::create_directories(closed);
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const pid_t child = ::fork();  // root may write anywhere
  if (child == 0) {
    int refused = 0;
    if (::getuid() == 0 && (::setgid(54321) != 0 || ::setuid(54321) != 0)) ::_exit(100);
    for (const fs::path& path : {closed, closed / "run"}) {
      try {
        check_folder_can_be_written(path);
      } catch (const SystemError&) {
        ++refused;
      }
    }
    ::_exit(refused);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 2);
  fs::permissions(closed, fs::perms::all);
}
