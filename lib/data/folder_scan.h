#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/left_out.h"

namespace tnn {

/// Whether a file's extension is one of JPEG's or PNG's (.jpg, .jpeg, .jpe, .jfif, .png, in any case).
bool is_image_name(const std::string& name);

/// Reads what lies in the folder of a split. What is hidden, whose name begins with a dot, is neither an image nor a class. Files that are
/// no images are left out; so are FIFOs, devices and sockets. DataError where a folder cannot be listed.
class FolderScan {
 public:
  explicit FolderScan(std::filesystem::path folder) : folder_(std::move(folder)), left_out_(folder_.string()) {}

  /// Names of the subfolders, sorted.
  std::vector<std::string> class_folders() const;
  /// Names of links that lead to no folder and are no images, sorted.
  std::vector<std::string> broken_links() const;

  /// Images of a class folder and of all folders in it, as paths from the split's folder, in torchvision's order: by folder, then by name.
  /// A folder to which several links lead is read once.
  std::vector<std::string> images_of_class(const std::string& class_folder);
  /// Images that lie in the split's folder itself, sorted. Of the other files those named in `expected` are known.
  std::vector<std::string> images_without_classes(const std::vector<std::string>& expected);
  /// Leaves out what lies beside class folders, but for files of the names `expected`.
  void leave_out_beside_classes(const std::vector<std::string>& expected);

  const LeftOut& left_out() const { return left_out_; }

 private:
  struct Listing {
    std::vector<std::string> images, folders;  ///< names, sorted
  };
  Listing list(const std::string& folder, const std::vector<std::string>& expected = {});

  std::filesystem::path folder_;
  LeftOut left_out_;
};

}  // namespace tnn
