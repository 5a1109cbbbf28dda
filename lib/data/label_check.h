#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace tnn {

/// Collects the wrong labels of one file, so that one message tells the first with its place and how many follow.
class LabelCheck {
 public:
  LabelCheck(std::filesystem::path path, std::string kind, int classes)
      : path_(std::move(path)), kind_(std::move(kind)), classes_(classes) {}
  /// `offset`: the label's byte in the decompressed file.
  void look(int label, size_t offset) {
    if (label >= 0 && label < classes_) return;
    if (wrong_++ == 0) first_label_ = label, first_offset_ = offset;
  }
  /// DataError where a label was outside [0, classes).
  void finish() const;

 private:
  std::filesystem::path path_;
  std::string kind_;
  int classes_;
  int first_label_ = 0;
  size_t wrong_ = 0, first_offset_ = 0;
};

}  // namespace tnn
