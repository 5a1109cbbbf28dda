#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "formats/safetensors.h"

namespace tnn {

/// The named tensors of a file that another program may have written.
struct TensorFile {
  std::vector<TensorView> tensors;                ///< row-major; data need not be aligned
  std::map<std::string, std::string> unreadable;  ///< tensors of other kinds (quantised, sparse, ...) by name: "is of type QInt8Storage"
  std::string entry;                              ///< of a checkpoint: the key of the state_dict that was read; empty: the file's top
  std::vector<std::string> other_entries;         ///< further keys that hold tensors, such as averages of the weights (EMA)
  std::shared_ptr<const void> memory;             ///< what the views point into
  const TensorView* find(const std::string& name) const;
};

/// The tensors of a file that PyTorch's torch.save wrote: a ZIP archive (data.pkl and data/N) or the older stream of pickles. The file
/// holds a state_dict, or a checkpoint with one under `entry` or, where that is empty, under one of state_dict_names(). Whatever lies
/// beside it (optimizers, arguments, numbers, objects of any class) is passed over. Nothing of the file is executed, and memory is bounded
/// by the file's size. DataError, naming the file, what it holds instead and how to save weights alone, where there is no state_dict or the
/// file is damaged; UsageError where there is none under `entry`.
TensorFile read_torch_file(const std::filesystem::path& path, const std::string& entry = "");

/// A safetensors file, which has no entries, or one of PyTorch, whichever it is by its content.
TensorFile read_tensor_file(const std::filesystem::path& path, const std::string& entry = "");

}  // namespace tnn
