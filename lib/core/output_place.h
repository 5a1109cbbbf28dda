#pragma once

#include <filesystem>

namespace tnn {

/// Where an output that a user names really goes.
struct OutputPlace {
  enum class Kind {
    file,       ///< a regular file, or none yet: to be replaced as a whole
    stream,     ///< a character device or FIFO, which takes bytes as they come and is never replaced
    descriptor  ///< one of this process's own, such as /dev/stdout
  };
  Kind kind = Kind::file;
  std::filesystem::path path;  ///< with symbolic links followed: a link stays, what it leads to is written
  int descriptor = -1;         ///< of kind descriptor
};

/// Looks where `named` leads. SystemError, which says what it is, for a folder, a socket, a block device, a file that may not be written,
/// or links that go in a circle. Changes nothing.
OutputPlace output_place(const std::filesystem::path& named);

/// Whether a path names a descriptor of this process (/dev/stdin, /dev/fd/63 of a shell's <(command), /proc/self/fd/1); its number, or -1.
int descriptor_named_by(const std::filesystem::path& path);

/// Whether two paths lead to one file, be it by other spellings, by symbolic or by hard links. Of files that are not there yet: whether
/// the same one would be made.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// "a folder", "a FIFO", "a socket", "a character device", "a block device"; "a file".
const char* file_kind(std::filesystem::file_type type);

}  // namespace tnn
