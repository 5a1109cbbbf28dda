#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tnn {

/// What lies in a folder, links followed.
struct FolderEntry {
  enum class Kind {
    file,
    folder,
    dangling,  ///< a link that leads nowhere, or round in a circle
    other      ///< a FIFO, device or socket
  };
  std::string name;
  Kind kind = Kind::file;
};

/// The entries of a folder, sorted by name. As quick as the system lists them: there may be millions. DataError where it cannot be listed,
/// or a link of it not be followed for another reason than that it leads nowhere.
std::vector<FolderEntry> folder_entries(const std::filesystem::path& folder);

/// Device and number: what tells whether two paths are one folder. Zeros where there is none.
using FolderIdentity = std::pair<uint64_t, uint64_t>;
FolderIdentity folder_identity(const std::filesystem::path& folder);

/// Of a symbolic link that leads nowhere, or round in a circle, what it holds.
std::optional<std::string> missing_target(const std::filesystem::path& path);

}  // namespace tnn
