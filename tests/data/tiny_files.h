#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/class_labels.h"
#include "data/dataset_card.h"

namespace tnn::test {

/// A big-endian 32-bit number, as IDX has them.
std::string big_endian(uint32_t number);

/// IDX files of `count` images or labels; pixel i of the file is i modulo 251, label i is i modulo `classes`.
std::string idx_images(uint32_t count, uint32_t height, uint32_t width);
std::string idx_labels(uint32_t count, uint32_t classes);

/// CIFAR records: label i modulo `classes`, all pixels of image i are i; `coarse`: with a coarse label byte of 19 before.
std::string cifar_records(int count, int classes, bool coarse);

std::string gzipped(const std::string& bytes);
std::string xz_packed(const std::string& bytes);

/// A card for IDX files of 4 x 6 images in 3 classes: 10 train and 5 test images, in the folder "tiny".
DatasetCard tiny_idx_card();
/// Writes the files of that card to <root>/tiny.
void write_tiny_idx(const std::filesystem::path& root);

/// `count` images whose pixels differ by image, channel and place; label i modulo 3 of the classes a, b and c.
LabelledImages tiny_labelled_images(int count, int channels, int height, int width);
inline ImageSet tiny_images(int count, int channels, int height, int width) {
  return with_targets(tiny_labelled_images(count, channels, height, width));
}

/// The labels of a batch.
inline const std::vector<int64_t>& labels_of(const Batch& batch) { return std::get<std::vector<int64_t>>(batch.targets.at(0).values); }

}  // namespace tnn::test
