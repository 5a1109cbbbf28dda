#include "core/atomic_file.h"

#include <unistd.h>

#include <iterator>

#include "catch_compat.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

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

TEST_CASE("a full disk is an error that names the file, and the previous file stays") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder.path() / (".x." + std::to_string(getpid()) + ".tmp"));
  CHECK_THROWS_WITH(write_file_atomically(folder.path() / "x", std::string(1 << 16, 'a')), ContainsSubstring("x'"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "x"));
}

TEST_CASE("reading a folder or a missing file is a data error with the path") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_file(folder.path()), DataError);
  CHECK_THROWS_WITH(read_file(folder.path() / "absent"), ContainsSubstring("absent"));
  write_file_atomically(folder.path() / "empty", "");
  CHECK(read_file(folder.path() / "empty").empty());
}
