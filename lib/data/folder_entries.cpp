#include "data/folder_entries.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Kind = FolderEntry::Kind;

[[noreturn]] void fail(const char* what, const fs::path& path) {
  throw DataError(fmt::format("cannot {} '{}': {}", what, path.string(), std::strerror(errno)));
}

Kind kind_of(mode_t mode) { return S_ISREG(mode) ? Kind::file : S_ISDIR(mode) ? Kind::folder : Kind::other; }

/// Follows a link, or asks where the listing does not tell what an entry is.
Kind followed_kind(int folder, const fs::path& path, const char* name) {
  struct stat status {};
  if (::fstatat(folder, name, &status, 0) == 0) return kind_of(status.st_mode);
  if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR) fail("read", path / name);
  return Kind::dangling;
}

}  // namespace

std::vector<FolderEntry> folder_entries(const fs::path& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
  if (!listing) fail("list", folder);
  std::vector<FolderEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(listing.get());
    if (!entry && errno != 0) fail("list", folder);
    if (!entry) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const Kind kind = entry->d_type == DT_REG   ? Kind::file
                      : entry->d_type == DT_DIR ? Kind::folder
                                                : followed_kind(::dirfd(listing.get()), folder, entry->d_name);
    entries.push_back({name, kind});
  }
  std::sort(entries.begin(), entries.end(), [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return entries;
}

std::optional<std::string> missing_target(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error) || fs::exists(path, error)) return std::nullopt;
  if (error && error != std::errc::too_many_symbolic_link_levels) return std::nullopt;  // a folder that may not be searched
  return fs::read_symlink(path, error).string();
}

FolderIdentity folder_identity(const std::filesystem::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

}  // namespace tnn
