#include "core/home_folder.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.h"

namespace tnn {
namespace {

std::string home_folder() {
  if (const char* home = std::getenv("HOME"); home && *home) return home;
  const passwd* user = ::getpwuid(::geteuid());
  return user && user->pw_dir ? user->pw_dir : "";
}

}  // namespace

std::string expand_home(const std::string& path) {
  if (path.empty() || path.front() != '~') return path;
  const std::string first = path.substr(0, path.find('/'));
  std::error_code fault;
  if (first != "~") {
    if (std::filesystem::exists(std::filesystem::symlink_status(first, fault))) return path;
    throw UsageError(
        fmt::format("'{}': there is no '{}' here, and home folders of others are not looked up (allowed: ~/..., or the whole "
                    "path; './{}' for a file or folder of that name)",
                    path, first, path));
  }
  std::string home = home_folder();
  if (home.empty()) throw UsageError(fmt::format("'{}': the home folder is not known (HOME is not set); write the whole path", path));
  const std::string rest = path.substr(1);
  while (!rest.empty() && home.size() > 1 && home.back() == '/') home.pop_back();
  return home + rest;
}

}  // namespace tnn
