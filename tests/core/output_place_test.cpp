#include "core/output_place.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;
namespace fs = std::filesystem;

namespace {

size_t entries(const fs::path& folder) { return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {})); }

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a symbolic link as output stays a link, and what it leads to is written") {
  const TemporaryFolder folder;
  const auto elsewhere = folder.path() / "elsewhere";
  fs::create_directories(elsewhere);
  fs::create_symlink("elsewhere/target", folder.path() / "link");  // the target is not there yet
  fs::create_symlink("link", folder.path() / "second");
  for (const char* text : {"first", "again"}) {
    write_file_atomically(folder.path() / "second", text);
    CHECK(read_file(elsewhere / "target") == text);
  }
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(fs::is_symlink(folder.path() / "second"));
  replace_file_atomically(folder.path() / "link", [](const fs::path& path) { write_file_atomically(path, "third"); });
  CHECK(read_file(elsewhere / "target") == "third");
  CHECK(entries(elsewhere) == 1);
  fs::create_symlink("b", folder.path() / "a");
  fs::create_symlink("a", folder.path() / "b");
  CHECK_THROWS_WITH(write_file_atomically(folder.path() / "a", "x"), ContainsSubstring("circle"));
}

TEST_CASE("devices and FIFOs are written to, never replaced") {
  const TemporaryFolder folder;
  fs::create_symlink("/dev/null", folder.path() / "null");
  for (const fs::path& null : {fs::path("/dev/null"), folder.path() / "null"}) {
    write_file_atomically(null, "lost");
    replace_file_atomically(null, [](const fs::path& path) { write_file_atomically(path, "lost"); });
    CHECK(fs::is_character_file(null));
  }
  CHECK_THROWS_WITH(write_file_atomically("/dev/full", "x"), ContainsSubstring("/dev/full"));

  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(write_file_atomically(fifo, "x"), ContainsSubstring("no process reads"));
  const Descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
  write_file_atomically(fifo, "streamed");
  char got[16] = {};
  CHECK(::read(reader.number(), got, sizeof got) == 8);
  CHECK(std::string(got) == "streamed");
  CHECK(fs::is_fifo(fifo));
}

TEST_CASE("what is neither file nor stream is refused by name and kind") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(write_file_atomically(folder.path(), "x"), ContainsSubstring(folder.path().string()) && ContainsSubstring("a folder"));
  CHECK_THROWS_AS(write_file_atomically(folder.path() / "new/", "x"), SystemError);
  CHECK_THROWS_AS(write_file_atomically("", "x"), SystemError);
  const auto path = folder.path() / "socket";
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK_THROWS_WITH(write_file_atomically(path, "x"), ContainsSubstring("a socket"));
  CHECK(fs::is_socket(path));
}

TEST_CASE("a descriptor of the process takes bytes where its owner is, and its file is not replaced") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "out";
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT, 0600));
  REQUIRE(::write(file.number(), "before ", 7) == 7);
  for (const std::string prefix : {"/dev/fd/", "/proc/self/fd/"}) write_file_atomically(prefix + std::to_string(file.number()), "bytes ");
  CHECK(read_file(path) == "before bytes bytes ");
  CHECK(descriptor_named_by("/dev/stdout") == 1);
  CHECK(descriptor_named_by(path) == -1);
  CHECK_THROWS_AS(write_file_atomically("/dev/fd/987", "x"), SystemError);
}

TEST_CASE("a new file has the mode that the umask leaves, a replaced one keeps its own") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  const mode_t before = ::umask(027);
  write_file_atomically(path, "x");
  CHECK(mode_of(path) == 0640);
  ::umask(before);
  for (const mode_t mode : {mode_t{0600}, mode_t{0664}, mode_t{0755}}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    write_file_atomically(path, "y");
    CHECK(mode_of(path) == mode);
    replace_file_atomically(path, [](const fs::path& temporary) { write_file_atomically(temporary, "z"); });
    CHECK(mode_of(path) == mode);
  }
}

TEST_CASE("one file is known by other spellings, links and hard links, and before it is there") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "file", link = folder.path() / "link", hard = folder.path() / "hard", other = folder.path() / "other";
  write_file_atomically(file, "x");
  write_file_atomically(other, "x");
  fs::create_symlink("file", link);
  fs::create_hard_link(file, hard);
  fs::create_symlink("absent", folder.path() / "to_absent");
  for (const fs::path& same : {file, link, hard, folder.path() / "." / "file", folder.path() / ".." / folder.path().filename() / "file"})
    CHECK(is_same_file(same, file));
  CHECK_FALSE(is_same_file(file, other));
  CHECK(is_same_file(folder.path() / "absent", folder.path() / "to_absent"));
  CHECK_FALSE(is_same_file(folder.path() / "absent", folder.path() / "absent too"));
}
