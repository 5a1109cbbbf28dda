#pragma once

#include "data/byte_source.h"
#include "data/class_labels.h"

namespace tnn {

/// The IDX format of MNIST and Fashion-MNIST: a big-endian magic number (0x00000803 images, 0x00000801 labels; 08 = unsigned byte, then the
/// number of dimensions), one 32-bit size a dimension, then the values. What is wrong is a DataError with file, byte offset, expected and
/// found; a file that is too short or too long is wrong.

/// Grey images: fills channels (1), height, width and pixels, no targets. Takes the bytes over.
ImageSet parse_idx_images(SourceBytes source);

/// Labels, each in [0, classes).
std::vector<int> parse_idx_labels(const SourceBytes& source, int classes);

/// Both files of a split; DataError where their counts differ.
LabelledImages parse_idx(SourceBytes images, const SourceBytes& labels, const std::vector<std::string>& class_names);

}  // namespace tnn
