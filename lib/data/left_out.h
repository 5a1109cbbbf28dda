#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tnn {

/// What lies in a folder of images and is none of them, counted by kind, with the first names of each; and which classes have no image.
class LeftOut {
 public:
  explicit LeftOut(std::string folder = "") : folder_(std::move(folder)) {}

  /// `kind` in words that follow a number: ".webp", "hidden".
  void add(const std::string& kind, const std::string& name);
  void add_empty_class(const std::string& name) { empty_classes_.push_back(name); }
  bool empty() const { return kinds_.empty() && empty_classes_.empty(); }
  /// Files and folders.
  int64_t count() const;
  /// "left out: 9 .webp (ant/1.webp, ant/2.webp, ant/3.webp, ...), 1 hidden (.DS_Store)"; "" where there are none.
  std::string files() const;
  /// The same behind a sentence: "; left out: ..."; "" where there are none.
  std::string appended() const { return files().empty() ? "" : "; " + files(); }
  /// All of it on a line: "d/train: left out: 1 hidden (.DS_Store); no image of class: cow"; "" where it is empty.
  std::string line() const;

 private:
  struct Kind {
    int64_t count = 0;
    std::vector<std::string> first;
  };
  std::string folder_;
  std::map<std::string, Kind> kinds_;
  std::vector<std::string> empty_classes_;
};

}  // namespace tnn
