#pragma once

#include <string>
#include <vector>

#include "data/image_set.h"
#include "data/target_set.h"

namespace tnn {

/// One class for each sample: the target "label", int64 [N], is its index.
class ClassLabels : public TargetSet {
 public:
  static constexpr const char* kTarget = "label";

  /// Each label is an index into class_names.
  ClassLabels(std::vector<int> labels, std::vector<std::string> class_names)
      : labels_(std::move(labels)), class_names_(std::move(class_names)) {}

  /// One a sample.
  const std::vector<int>& labels() const { return labels_; }

  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  int stratum(size_t sample) const override { return labels_.at(sample); }
  void identify(IdentityDigest& digest) const override;
  void write(Batch& batch) const override;

 private:
  std::vector<int> labels_;
  std::vector<std::string> class_names_;
};

/// The labels of a set whose targets are classes; std::logic_error where they are something else.
const std::vector<int>& labels_of(const ImageSet& set);

/// How many images each class has; labels in [0, classes).
std::vector<int64_t> count_classes(const std::vector<int>& labels, size_t classes);

/// Images of one size and their labels, while the files of a data set are read one after another.
struct LabelledImages {
  ImageSet images;                       ///< without targets
  std::vector<int> labels;               ///< one an image
  std::vector<std::string> class_names;  ///< known before the first is read

  int64_t size() const { return static_cast<int64_t>(labels.size()); }
};
/// The set that has the labels as its targets.
ImageSet with_targets(LabelledImages read);

}  // namespace tnn
