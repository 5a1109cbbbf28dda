#include "data/folder_scan.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "data/folder_entries.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

using Kind = FolderEntry::Kind;

/// With its dot and in lower case; "" where a name has none.
std::string extension_of(const std::string& name) {
  const size_t dot = name.rfind('.');
  std::string extension = dot == std::string::npos || dot == 0 ? "" : name.substr(dot);
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

bool is_hidden(const FolderEntry& entry) { return entry.name.front() == '.'; }

std::string inside(const std::string& folder, const std::string& name) { return folder.empty() ? name : folder + "/" + name; }

}  // namespace

bool is_image_name(const std::string& name) {
  static const std::set<std::string> extensions{".jpg", ".jpeg", ".jpe", ".jfif", ".png"};
  return extensions.count(extension_of(name)) > 0;
}

std::vector<std::string> FolderScan::class_folders() const {
  std::vector<std::string> names;
  for (const FolderEntry& entry : folder_entries(folder_))
    if (!is_hidden(entry) && entry.kind == Kind::folder) names.push_back(entry.name);
  return names;
}

std::vector<std::string> FolderScan::broken_links() const {
  std::vector<std::string> names;
  for (const FolderEntry& entry : folder_entries(folder_))
    if (!is_hidden(entry) && entry.kind == Kind::dangling && !is_image_name(entry.name)) names.push_back(entry.name);
  return names;
}

FolderScan::Listing FolderScan::list(const std::string& folder, const std::vector<std::string>& expected) {
  Listing listing;
  for (FolderEntry& entry : folder_entries(folder_ / folder)) {
    const bool image = is_image_name(entry.name);
    if (is_hidden(entry))
      left_out_.add("hidden", inside(folder, entry.name));
    else if (entry.kind == Kind::folder)
      listing.folders.push_back(std::move(entry.name));
    else if (entry.kind == Kind::other)
      left_out_.add("neither file nor folder", inside(folder, entry.name));
    else if (image)  // also a dangling one: a damaged image
      listing.images.push_back(std::move(entry.name));
    else if (entry.kind == Kind::dangling)
      left_out_.add("dangling", inside(folder, entry.name));
    else if (std::find(expected.begin(), expected.end(), entry.name) == expected.end())
      left_out_.add(extension_of(entry.name).empty() ? "without extension" : extension_of(entry.name), inside(folder, entry.name));
  }
  return listing;
}

std::vector<std::string> FolderScan::images_of_class(const std::string& class_folder) {
  std::map<std::string, std::vector<std::string>> images;  // by folder
  std::set<FolderIdentity> seen;
  std::vector<std::string> ahead{class_folder};
  while (!ahead.empty()) {
    const std::string folder = std::move(ahead.back());
    ahead.pop_back();
    if (!seen.insert(folder_identity(folder_ / folder)).second) {
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
