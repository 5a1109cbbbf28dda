#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tnn {

/// The number that a word is, all of it.
std::optional<int> whole_number(const std::string& word);

/// The images of a folder by what a list may call them.
class ListedImages {
 public:
  explicit ListedImages(const std::vector<std::string>& names);

  static constexpr int kNone = -1, kSeveral = -2;
  /// The image that is meant: by its file name, else by that without extension. Folders before it do not count.
  int find(const std::string& word) const;
  size_t size() const { return names_.size(); }
  const std::string& name(size_t image) const { return names_[image]; }

 private:
  int find_file(const std::string& name) const;

  const std::vector<std::string>& names_;
  std::unordered_map<std::string, int> files_, stems_;
};

/// The class folders by their names, and by their numbers.
class ListedClasses {
 public:
  explicit ListedClasses(const std::vector<std::string>& folders);

  std::optional<int> by_folder(const std::string& word) const;
  std::optional<int> by_number(const std::string& word) const;
  const std::string& folder(int index) const { return folders_[static_cast<size_t>(index)]; }
  /// Why a word is no class.
  std::string fault(const std::string& word) const;

 private:
  const std::vector<std::string>& folders_;
  std::unordered_map<std::string, int> index_;
};

}  // namespace tnn
