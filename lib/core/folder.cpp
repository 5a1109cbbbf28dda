#include "core/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/descriptor.h"
#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const char* what, const fs::path& path, int reason) {
  throw SystemError(fmt::format("cannot {} folder '{}': {}", what, path.string(), std::strerror(reason)));
}

/// The part of a path that is there, be it no folder; a link that leads nowhere is there.
fs::path existing_part(const fs::path& path) {
  std::error_code fault;
  fs::path part = fs::absolute(path, fault);
  while (fs::symlink_status(part, fault).type() == fs::file_type::not_found && part.has_relative_path()) part = part.parent_path();
  return part;
}

/// File systems of the kernel: root may write there, and yet nothing can be made.
bool is_of_the_kernel(const fs::path& folder) {
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0) return false;
  return system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC;
}

}  // namespace

void create_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse("create", path, error.value());
}

void check_folder_can_be_written(const fs::path& path) {
  const fs::path part = existing_part(path);
  std::error_code fault;
  const bool is_folder = fs::is_directory(part, fault);
  const char* const what = is_folder && fs::is_directory(path, fault) ? "write in" : "create";
  if (!is_folder) refuse(what, path, fault ? fault.value() : ENOTDIR);
  if (::faccessat(AT_FDCWD, part.c_str(), W_OK | X_OK, AT_EACCESS) != 0) refuse(what, path, errno);
  if (is_of_the_kernel(part)) refuse(what, path, ENOENT);
  // A file without a name: where the file system has such, it says for sure whether there is room.
  const Descriptor trial(::open(part.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!trial.is_open() && (errno == ENOSPC || errno == EDQUOT || errno == EROFS || errno == EACCES || errno == EPERM))
    refuse(what, path, errno);
}

}  // namespace tnn
