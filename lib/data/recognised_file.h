#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "data/byte_source.h"
#include "data/class_labels.h"
#include "data/dataset_card.h"

namespace tnn {

constexpr size_t kMostClasses = 256;  ///< of IDX and CIFAR: a label is a byte

/// What one file of IDX or CIFAR holds: pixels, labels, or both, with numbers for class names.
struct RecognisedFile {
  DatasetFormat format = DatasetFormat::idx;
  FileContent holds = FileContent::records;
  int64_t count = 0;  ///< of images, or labels
  LabelledImages images;
};

/// Tells the format by the content, and reads it. False where it is none of these formats; DataError, naming the file, where it is one and
/// damaged.
bool recognise_file(SourceBytes source, RecognisedFile& contents);

/// "0", "1", ...
std::vector<std::string> numbered_classes(size_t count);

/// Names of classes that lie beside the files of CIFAR (batches.meta.txt, fine_label_names.txt, the pickles batches.meta and meta), in the
/// order of the labels; none where there is no such file, and of IDX.
std::vector<std::string> class_names_beside(const std::filesystem::path& folder, DatasetFormat format);

}  // namespace tnn
