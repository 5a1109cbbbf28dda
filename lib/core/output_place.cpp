#include "core/output_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLinks = 40;  ///< as the kernel follows

[[noreturn]] void refuse(const fs::path& named, const std::string& reason) {
  throw SystemError(fmt::format("cannot write '{}': {}", named.string(), reason));
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// The path where a row of symbolic links ends, which need not be there; it stops at a descriptor of this process.
fs::path follow_links(const fs::path& named) {
  fs::path path = named;
  std::error_code fault;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, fault)) && descriptor_named_by(path) < 0; ++links) {
    if (links == kMostLinks) refuse(named, "its symbolic links lead in a circle");
    const fs::path target = fs::read_symlink(path, fault);
    if (fault) refuse(named, fault.message());
    path = target.is_absolute() ? target : folder_of(path) / target;
  }
  return path;
}

}  // namespace

int descriptor_named_by(const fs::path& path) {
  const std::string name = path.filename().string();
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  std::error_code fault;
  if (error != std::errc() || end != name.data() + name.size() || number < 0) {  // a link such as /dev/stdout
    const fs::path target = fs::read_symlink(path, fault);
    return fault || target.parent_path() != "/proc/self/fd" ? -1 : descriptor_named_by(target);
  }
  const fs::path folder = fs::canonical(folder_of(path), fault);
  return !fault && folder == fs::canonical("/proc/self/fd", fault) && !fault ? number : -1;
}

OutputPlace output_place(const fs::path& named) {
  if (named.empty()) refuse(named, "it names no file");
  const fs::path path = follow_links(named);
  if (const int number = descriptor_named_by(path); number >= 0) {
    if (::fcntl(number, F_GETFD) < 0) refuse(named, std::strerror(errno));
    return {OutputPlace::Kind::descriptor, path, number};
  }
  std::error_code fault;
  const fs::file_type type = fs::status(path, fault).type();
  switch (type) {
    case fs::file_type::character:
    case fs::file_type::fifo:
      return {OutputPlace::Kind::stream, path};
    case fs::file_type::not_found:
      if (!path.has_filename()) refuse(named, "it names a folder, not a file in it");
      return {OutputPlace::Kind::file, path};
    case fs::file_type::regular:
      if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) refuse(named, std::strerror(errno));
      return {OutputPlace::Kind::file, path};
    case fs::file_type::none:
      refuse(named, fault.message());
    default:
      refuse(named, fmt::format("it is {}", file_kind(type)));
  }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code fault;
  if (fs::equivalent(a, b, fault)) return true;
  const fs::path whole_a = fs::weakly_canonical(follow_links(a), fault);
  if (fault) return false;
  const fs::path whole_b = fs::weakly_canonical(follow_links(b), fault);
  return !fault && whole_a == whole_b;
}

const char* file_kind(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a FIFO";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::character:
      return "a character device";
    case fs::file_type::block:
      return "a block device";
    default:
      return "a file";
  }
}

}  // namespace tnn
