#include "data/class_labels.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "data/identity_digest.h"

namespace tnn {

void ClassLabels::identify(IdentityDigest& digest) const {
  digest.add(class_names_.size());
  for (const std::string& name : class_names_) digest.add(name);
  digest.add(labels_.size());
  for (const int label : labels_) digest.add(static_cast<uint64_t>(label));
}

void ClassLabels::write(Batch& batch) const {
  batch.targets.resize(1);
  auto& labels = batch.targets.front().become<int64_t>(kTarget, {static_cast<int64_t>(batch.indices.size())});
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = labels_.at(batch.indices[i]);
}

const std::vector<int>& labels_of(const ImageSet& set) {
  if (const auto* classes = dynamic_cast<const ClassLabels*>(set.targets.get())) return classes->labels();
  throw std::logic_error("the targets of the set are no class labels");
}

std::vector<int64_t> count_classes(const std::vector<int>& labels, size_t classes) {
  std::vector<int64_t> counts(classes, 0);
  for (const int label : labels) ++counts.at(static_cast<size_t>(label));
  return counts;
}

ImageSet with_targets(LabelledImages read) {
  read.images.targets = std::make_shared<ClassLabels>(std::move(read.labels), std::move(read.class_names));
  return std::move(read.images);
}

}  // namespace tnn
