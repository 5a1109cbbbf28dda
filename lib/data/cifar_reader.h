#pragma once

#include "data/byte_source.h"
#include "data/class_labels.h"

namespace tnn {

/// The binary layouts of CIFAR: records of label bytes and 3072 pixel bytes (3 x 32 x 32, planar: red, green, blue; row by row).
enum class CifarLayout {
  cifar10,  ///< one label byte
  cifar100  ///< a coarse label byte (0 to 19, checked and dropped), then a fine label byte
};

constexpr int kCifarChannels = 3, kCifarSide = 32;

/// Bytes of one record: 3073 or 3074.
size_t cifar_record_bytes(CifarLayout layout);

/// Appends the first `limit` images of one file (0: all of them) to `set`, whose class_names are set; the labels are the fine ones.
/// DataError with file and byte offset where the size is not a multiple of a record's or a label is outside the classes.
void append_cifar(const SourceBytes& source, CifarLayout layout, int64_t limit, LabelledImages& set);

}  // namespace tnn
