#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "catch_compat.h"
#include "core/error.h"
#include "data/hostile_packed_file.h"
#include "data/packed_images.h"

using namespace tnn;
using namespace tnn::test;
namespace fs = std::filesystem;

TEST_CASE("packing where a file may not become as large says so before and after its images and leaves nothing") {
  const HostilePackedFile hostile;
  fs::create_directory(hostile.folder.path() / "target");
  const fs::path file = hostile.folder.path() / "target/images.h5";
  const uint64_t whole = fs::file_size(hostile.file), images = hostile.images.back().offset + hostile.images.back().size;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // writing fails then, as on a full disk
  for (const uint64_t most :
       {uint64_t{0}, uint64_t{100}, kSealBytes + 50, hostile.images.front().offset, images - 1, images, images + 1000, whole - 1}) {
    const rlimit small{most, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    DamageLog damage;
    Progress silent;
    std::string message;
    try {
      pack_images(hostile.card, hostile.folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
    } catch (const SystemError& error) {
      message = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    INFO("at most " << most << " of " << whole << " bytes");
    CHECK_THAT(message, ContainsSubstring(file.string()));
    CHECK(fs::is_empty(hostile.folder.path() / "target"));
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("packing onto a disk that is full at any of its parts says so and leaves nothing, or a file that is whole") {
  const HostilePackedFile hostile;
  const fs::path disk = hostile.folder.path() / "disk", file = disk / "images.h5";
  fs::create_directory(disk);
  const uint64_t whole = fs::file_size(hostile.file);
  bool fitted = false;
  for (uint64_t kilobytes = 4; !fitted; kilobytes += 4) {
    REQUIRE(kilobytes < whole / 1024 + 200);
    if (mount("none", disk.c_str(), "tmpfs", 0, ("size=" + std::to_string(kilobytes) + "k").c_str()) != 0)
      TNN_SKIP("mounting a small file system needs root");
    DamageLog damage;
    Progress silent;
    std::string message;
    try {
      pack_images(hostile.card, hostile.folder.path() / "images", file, DamagePolicy::stop, 1, damage, silent);
      fitted = true;
    } catch (const SystemError& error) {
      message = error.what();
    }
    INFO("disk of " << kilobytes << " KiB: " << message);
    if (fitted)
      CHECK(content_of(hostile.card, file).size() == 18);
    else
      CHECK_THAT(message, ContainsSubstring(file.string()));
    const bool nothing_left = fs::is_empty(disk);
    CHECK(nothing_left == !fitted);
    umount2(disk.c_str(), MNT_DETACH);
  }
}
