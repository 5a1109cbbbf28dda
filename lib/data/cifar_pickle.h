#pragma once

#include "data/byte_source.h"
#include "data/cifar_reader.h"
#include "data/class_labels.h"

namespace tnn {

/// Appends the first `limit` images (0: all of them) of one file of CIFAR's Python version to `set`, whose class_names are set: a pickled
/// dictionary with `data`, an array of bytes [images, 3072] (planar as in the binary version), and `labels`, or of CIFAR-100 `fine_labels`.
/// Files that Python 3 has loaded and saved again (protocols 2 to 5, keys of str or bytes, NumPy 1 or 2, labels as an array) are read, too.
/// The pickle is read without executing anything: of what it may refer to, only NumPy's arrays are known. DataError, naming the file, where
/// it refers to anything else, is damaged, or a label is outside the classes.
void append_cifar_pickle(const SourceBytes& source, CifarLayout layout, int64_t limit, LabelledImages& set);

}  // namespace tnn
