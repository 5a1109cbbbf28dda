#include "data/folder_scan.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "core/error.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

std::string lower_case_extension(const fs::path& name) {
  std::string extension = name.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

/// Calls visit(entry, name) for each entry of a folder, in the order of their names.
template <typename Visit>
void for_each_entry(const fs::path& folder, const Visit& visit) {
  try {
    std::vector<fs::directory_entry> entries;
    for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry);
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
    for (const auto& entry : entries) visit(entry, entry.path().filename().string());
  } catch (const fs::filesystem_error& error) {
    throw DataError(fmt::format("cannot list '{}': {}", folder.string(), error.code().message()));
  }
}

bool leads_nowhere(const fs::directory_entry& entry) { return entry.is_symlink() && missing_target(entry.path()); }

/// Device and number: what tells whether two paths are one folder.
using Identity = std::pair<dev_t, ino_t>;
Identity identity(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

std::string inside(const std::string& folder, const std::string& name) { return folder.empty() ? name : folder + "/" + name; }

}  // namespace

bool is_image_name(const fs::path& name) {
  static const std::set<std::string> extensions{".jpg", ".jpeg", ".jpe", ".jfif", ".png"};
  return extensions.count(lower_case_extension(name)) > 0;
}

std::optional<std::string> missing_target(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error) || fs::exists(path, error)) return std::nullopt;
  if (error && error != std::errc::too_many_symbolic_link_levels) return std::nullopt;  // a folder that may not be searched
  return fs::read_symlink(path, error).string();
}

std::vector<std::string> FolderScan::class_folders() const {
  std::vector<std::string> names;
  for_each_entry(folder_, [&](const fs::directory_entry& entry, const std::string& name) {
    if (name.front() != '.' && !leads_nowhere(entry) && entry.is_directory()) names.push_back(name);
  });
  return names;
}

std::vector<std::string> FolderScan::broken_links() const {
  std::vector<std::string> names;
  for_each_entry(folder_, [&](const fs::directory_entry& entry, const std::string& name) {
    if (name.front() != '.' && !is_image_name(name) && leads_nowhere(entry)) names.push_back(name);
  });
  return names;
}

FolderScan::Listing FolderScan::list(const std::string& folder, const std::vector<std::string>& expected) {
  Listing listing;
  for_each_entry(folder_ / folder, [&](const fs::directory_entry& entry, const std::string& name) {
    const bool image = is_image_name(name);
    if (name.front() == '.')
      left_out_.add("hidden", inside(folder, name));
    else if (leads_nowhere(entry))  // an image is damaged
      image ? listing.images.push_back(name) : left_out_.add("dangling", inside(folder, name));
    else if (entry.is_directory())
      listing.folders.push_back(name);
    else if (!entry.is_regular_file())
      left_out_.add("neither file nor folder", inside(folder, name));
    else if (image)
      listing.images.push_back(name);
    else if (std::find(expected.begin(), expected.end(), name) == expected.end())
      left_out_.add(fs::path(name).has_extension() ? lower_case_extension(name) : "without extension", inside(folder, name));
  });
  return listing;
}

std::vector<std::string> FolderScan::images_of_class(const std::string& class_folder) {
  std::map<std::string, std::vector<std::string>> images;  // by folder
  std::set<Identity> seen;
  std::vector<std::string> ahead{class_folder};
  while (!ahead.empty()) {
    const std::string folder = std::move(ahead.back());
    ahead.pop_back();
    if (!seen.insert(identity(folder_ / folder)).second) {
      left_out_.add("reached a second time", folder);
      continue;
    }
    Listing listing = list(folder);
    for (auto name = listing.folders.rbegin(); name != listing.folders.rend(); ++name) ahead.push_back(inside(folder, *name));
    if (!listing.images.empty()) images[folder] = std::move(listing.images);
  }
  std::vector<std::string> paths;
  for (const auto& [folder, names] : images)
    for (const std::string& name : names) paths.push_back(inside(folder, name));
  return paths;
}

std::vector<std::string> FolderScan::images_without_classes(const std::vector<std::string>& expected) { return list("", expected).images; }

void FolderScan::leave_out_beside_classes(const std::vector<std::string>& expected) {
  for (const std::string& name : list("", expected).images) left_out_.add("beside the class folders", name);
}

}  // namespace tnn
